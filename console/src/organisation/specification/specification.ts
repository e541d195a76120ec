import { useQuery } from "@tanstack/react-query";

import { call, withParameters } from "../../api/client";

export interface AiAgentCard {
  id: string;
  name: string;
  role: string;
  mode: string;
  trust: unknown;
  can_do: string[];
  cannot_do: { description: string; phrases?: string[] }[];
  tone: string;
  knowledge_topics: string[];
  tools: { server: string; tool: string; access: string }[];
  escalate_below: number | null;
  supervised_topics: string[];
  veto_minutes: number | null;
  success: { metric: string; target: number }[];
}

export interface Topic {
  id: string;
  title: string;
  ai_agent: string;
  sensitivity: string | null;
  escalate: boolean;
}

export interface Rule {
  id: string;
  description: string;
  when: Record<string, unknown>[];
  then: string;
  ask: Record<string, unknown> | null;
  ai_agents: string[];
}

export interface Guideline {
  id: string;
  description?: string;
  when: Record<string, unknown>[];
  [more: string]: unknown;
}

export interface JourneySummary {
  id: string;
  title: string;
  topics: string[];
  enter_by: string[];
  steps: number;
  runs: boolean;
}

export interface Specification {
  content_hash: string;
  organisation: string;
  active: boolean;
  published_by: string | null;
  published_at: string | null;
  as_written: boolean;
  files: Record<string, string>;
  ai_agents: AiAgentCard[];
  topics: Topic[];
  rules: Rule[];
  guidelines: Guideline[];
  macros: { id: string; [more: string]: unknown }[];
  journeys: JourneySummary[];
}

export type FileChanges = Record<string, string | null>;

export interface Draft {
  base: string;
  active: string;
  files: FileChanges;
  saved_at: string | null;
  overtaken: string[];
}

export interface Mistake {
  file: string;
  line: number | null;
  column: number | null;
  path: string;
  problem: string;
  remedy: string;
}

export interface Checked {
  content_hash: string | null;
  mistakes: Mistake[];
  warnings: Mistake[];
  valid: boolean;
}

export interface Change {
  path: string[];
  kind: "added" | "removed" | "changed";
  before: unknown;
  after: unknown;
  words: string;
}

export interface Decision {
  outcome: string;
  reason: string;
  rule: string;
}

export interface Plan {
  base: string;
  planned: string;
  changes: Change[];
  warnings: Mistake[];
  alike: string[];
  turns: number;
  unchanged: number;
  changed: {
    conversation_id: string;
    turn: number;
    ai_agent: string;
    topic: string | null;
    before: Decision;
    after: Decision;
  }[];
  kinds: Record<string, number>;
  reasons: Record<string, number>;
  erased_turns: number;
  erasing: { sentence: string; due: number } | null;
}

export interface Publication {
  content_hash: string;
  replaced: string | null;
  kind: "publish" | "rollback";
  published_by: string;
  reason: string;
  via: string | null;
  at: string;
  until: string | null;
  open_conversations: number;
}

export interface Funnel {
  came: number;
  done: number;
  under_way: number;
  skipped: number;
  came_to_nothing: number;
  dropped_off: number;
  median_seconds: number | null;
}

export interface GraphNode {
  id: string;
  kind: string;
  text: string;
  owner: string | null;
  first: boolean;
  funnel: Funnel | null;
  drop_off: number;
}

export interface Graph {
  journey: string;
  title: string;
  runs: boolean;
  entered_by: string[];
  topics: string[];
  nodes: GraphNode[];
  edges: { source: string; target: string; label: string }[];
}

export interface Package {
  manifest: {
    name: string;
    kind: string;
    version: string;
    title: string;
    summary: string;
    author: string;
    licence: string;
    handles: string[];
    results: string | { metric: string; value: number; n: number; low: number; high: number }[];
    needs: { tools: { server: string; tool: string; access: string; why: string }[]; channels: string[] };
  };
  digest: string;
  installed: string | null;
}

export interface PackageDetails extends Package {
  permissions: string[];
  missing: { ai_agents: string[]; topics: string[]; tool_servers: string[]; channels: string[] };
  files: string[];
}

export interface Installed {
  draft: Draft;
  granted: string[];
  refused: string[];
  left_out: string[];
  mode: string | null;
  to_fill_in: Record<string, number>;
}

export interface Schema {
  type?: string;
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: (string | number)[];
  anyOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  default?: unknown;
  minimum?: number;
  maximum?: number;
}

export const SPECIFICATION = "/v1/specification";

export function useSpecification(version?: string) {
  return useQuery({
    queryKey: ["specification", version ?? "active"],
    queryFn: ({ signal }) => call<Specification>(withParameters(SPECIFICATION, { version }), { signal }),
    staleTime: version ? Infinity : 30_000,
  });
}

export function useSchemas() {
  return useQuery({
    queryKey: ["specification-schemas"],
    queryFn: ({ signal }) => call<Record<string, Schema>>(`${SPECIFICATION}/schemas`, { signal }),
    staleTime: Infinity,
  });
}

export function useHistory() {
  return useQuery({
    queryKey: ["specification", "history"],
    queryFn: ({ signal }) => call<Publication[]>(`${SPECIFICATION}/history`, { signal }),
  });
}

export function useGraph(journey: string, days: number) {
  return useQuery({
    queryKey: ["specification", "graph", journey, days],
    queryFn: ({ signal }) =>
      call<Graph>(withParameters(`${SPECIFICATION}/graph/${encodeURIComponent(journey)}`, { days }), { signal }),
    refetchInterval: 15_000,
  });
}

/** Which kind of file stands at a path, by the name of its schema; null has no form. */
export function kindOf(path: string): string | null {
  if (path === "organisation.yaml" || path === "topics.yaml") return path.replace(".yaml", "");
  const folder = path.split("/")[0] ?? "";
  const kinds: Record<string, string> = {
    agents: "agent",
    journeys: "journey",
    rules: "rule",
    guidelines: "guideline",
    macros: "macro",
    scenarios: "scenario",
  };
  return kinds[folder] ?? null;
}
