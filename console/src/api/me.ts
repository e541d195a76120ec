import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { call, callIfThere, keepCsrfToken } from "./client";

export const ROLES = ["viewer", "human_agent", "approver", "lead", "admin"] as const;
export type Role = (typeof ROLES)[number] | "auditor";

export interface Me {
  person_id: string;
  name: string;
  roles: string[];
  organisation: string;
  organisations: string[];
  away_until: string | null;
  csrf_token: string | null;
  via: string;
}

export interface Colleague {
  id: string;
  name: string;
  roles: string[];
  teams: string[];
  skills: string[];
  away_until: string | null;
  active: boolean;
}

export interface Sending {
  stopped: boolean;
  by: string | null;
  at: string | null;
  reason: string | null;
}

/** A reply that is written beforehand; {plan} is where the customer's fact `plan` stands. */
export interface Macro {
  id: string;
  description: string;
  text: string;
  facts: string[];
}

export interface ConsoleSettings {
  temporal_ui: string | null;
  temporal_namespace: string;
  channels: string[];
  ai_agents: string[];
  macros: Macro[];
}

async function askWhoIAm(signal: AbortSignal): Promise<Me> {
  const me = await call<Me>("/v1/me", { signal });
  keepCsrfToken(me.csrf_token);
  return me;
}

export const meQuery = {
  queryKey: ["me"],
  queryFn: ({ signal }: { signal: AbortSignal }) => askWhoIAm(signal),
  staleTime: 60_000,
};

/** Who is signed in. Used below the shell only, which waits for it. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error("useMe is used below the shell");
  return data;
}

/** Whether somebody may do what needs this role; each role contains the ones before it, `auditor` stands apart. */
export function may(me: Me, role: Role): boolean {
  if (me.roles.includes(role)) return true;
  if (role === "auditor") return may(me, "lead");
  const needed = ROLES.indexOf(role);
  return ROLES.some((held, index) => index >= needed && me.roles.includes(held));
}

/** Reading what leads read: leads and auditors. */
export function mayAudit(me: Me): boolean {
  return may(me, "auditor");
}

interface Absence {
  person_id: string;
  until: string;
  deputy: string | null;
}

async function askForPeople(signal: AbortSignal): Promise<Colleague[]> {
  const [people, absences] = await Promise.all([
    callIfThere<Colleague[]>("/v1/people", { signal }),
    callIfThere<Absence[]>("/v1/absences", { signal }),
  ]);
  const away = new Map(absences?.map(({ person_id: id, until }) => [id, until]));
  return (people ?? []).map((person) => ({ ...person, away_until: away.get(person.id) ?? person.away_until }));
}

/** Everybody of the organisation, and who is away. */
export function usePeople() {
  return useQuery({
    queryKey: ["people"],
    queryFn: ({ signal }) => askForPeople(signal),
    staleTime: 60_000,
  });
}

/** Until when whoever is signed in is away; null for whoever is there. */
export function useAwayUntil(): string | null {
  const me = useMe();
  const people = usePeople().data;
  return people?.find(({ id }) => id === me.person_id)?.away_until ?? me.away_until;
}

/** Names by id; an id that nobody has is shown as it is. */
export function useNameOf(): (id: string | null | undefined) => string {
  const people = usePeople().data;
  return useMemo(() => {
    const names = new Map(people?.map((person) => [person.id, person.name || person.id]));
    return (id) => (id ? (names.get(id) ?? id) : "");
  }, [people]);
}

export function useSending() {
  return useQuery({
    queryKey: ["sending"],
    queryFn: ({ signal }) => callIfThere<Sending>("/v1/sending", { signal }),
    staleTime: 30_000,
  });
}

export function useConsoleSettings() {
  return useQuery({
    queryKey: ["console-settings"],
    queryFn: ({ signal }) => callIfThere<ConsoleSettings>("/v1/console/settings", { signal }),
    staleTime: Infinity,
  });
}
