import { useQuery } from "@tanstack/react-query";

import { call, withParameters } from "../../api/client";
import { percent } from "../../shell/words";
import { duration } from "../words";

export interface Point {
  at: string;
  value: number | null;
  n: number;
}

export interface Figure {
  key: string;
  label: string;
  definition: string;
  unit: "share" | "seconds" | "count" | "money";
  value: number | null;
  n: number;
  low: number | null;
  high: number | null;
  parts: Record<string, number>;
  series: Point[];
}

export interface Rate {
  count: number;
  n: number;
  share: number;
  low: number;
  high: number;
}

export interface Measurement {
  objective: { metric: string; ai_agent: string | null; target: number | null; share: number };
  definition: string;
  state: "met" | "at_risk" | "missed" | "too_few" | "not_measured";
  why: string;
  measured: Rate;
  p95_seconds: number | null;
  budget_left: number;
  long: Burn;
  short: Burn;
}

export interface Burn {
  hours: number;
  n: number;
  rate: number | null;
}

export interface Usage {
  calls: number;
  input_tokens: number;
  output_tokens: number;
  cost: string | number;
  unpriced_calls: number;
  estimated_calls: number;
}

export interface Figures {
  organisation: string;
  period: { since: string; until: string };
  timezone: string;
  currency: string;
  figures: Figure[];
  usage: Usage;
  service_levels: Measurement[];
}

export interface FigureRow {
  conversation_id: string;
  at: string;
  holds: boolean | null;
  amount: number | null;
  part: string | null;
}

export interface FigureRowsPage {
  key: string;
  total: number;
  rows: FigureRow[];
}

export function useFigures(days: number) {
  return useQuery({
    queryKey: ["figures", days],
    queryFn: ({ signal }) => {
      const since = new Date(Date.now() - days * 86_400_000).toISOString();
      return call<Figures>(withParameters("/v1/figures", { since }), { signal });
    },
    staleTime: 60_000,
  });
}

/** What a figure counts, for the time that was shown. */
export function useFigureRows(key: string, period: Figures["period"], part: string | null, page: number) {
  return useQuery({
    queryKey: ["figure-rows", key, period, part, page],
    queryFn: ({ signal }) =>
      call<FigureRowsPage>(
        withParameters(`/v1/figures/${encodeURIComponent(key)}/rows`, {
          since: period.since,
          until: period.until,
          part,
          limit: ROWS,
          offset: page * ROWS,
        }),
        { signal },
      ),
  });
}

export const ROWS = 25;

export function shown(value: number | null, unit: Figure["unit"], currency: string): string {
  if (value === null) return "–";
  switch (unit) {
    case "share":
      return percent(value, 1);
    case "seconds":
      return duration(value);
    case "money":
      return new Intl.NumberFormat(undefined, { style: "currency", currency, maximumFractionDigits: 2 }).format(value);
    case "count":
      return new Intl.NumberFormat(undefined).format(value);
  }
}
