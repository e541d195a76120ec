import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  type InfiniteData,
  type Query,
  type QueryClient,
} from "@tanstack/react-query";

import { call, callIfThere, withParameters } from "./client";
import type { InboxAnswer, InboxCounts, InboxRow, View } from "./contract";

export interface Filters {
  view: View;
  text: string;
  channel: string | null;
  status: string | null;
  ai_agent: string | null;
}

type Pages = InfiniteData<InboxAnswer, string | null>;

const PAGE_ROWS = 60;
/** So many pages are read again when everything is; whoever scrolled further begins there. */
const KEPT_PAGES = 4;
/** As many conversations as one question may name. */
const ASKED_AT_ONCE = 100;

/** A view with its filters. Live events keep its rows true, so nothing of it is read again by itself. */
export function useInbox(filters: Filters) {
  return useInfiniteQuery({
    queryKey: ["inbox", filters],
    queryFn: ({ pageParam, signal }) =>
      call<InboxAnswer>(withParameters("/v1/inbox", { ...filters, cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });
}

export function useCounts() {
  return useQuery({
    queryKey: ["counts"],
    queryFn: ({ signal }) => callIfThere<InboxCounts>("/v1/inbox/counts", { signal }),
    refetchInterval: 60_000,
  });
}

/** Read again those rows of every list on the page that belong to conversations which changed. */
export async function refreshRows(client: QueryClient, changed: ReadonlySet<string>): Promise<void> {
  client.removeQueries({ queryKey: ["inbox"], type: "inactive" });
  const shown = client.getQueryCache().findAll({ queryKey: ["inbox"], type: "active" });
  await Promise.allSettled(shown.map((query) => refreshRowsOf(client, query as Query<Pages>, changed)));
}

async function refreshRowsOf(client: QueryClient, query: Query<Pages>, changed: ReadonlySet<string>): Promise<void> {
  const filters = query.queryKey[1] as Filters;
  if (changed.size > ASKED_AT_ONCE || filters.view === "risk") return readAllAgain(client, query);
  const only = [...changed].map((id) => `only=${encodeURIComponent(id)}`).join("&");
  const fresh = await call<InboxAnswer>(`${withParameters("/v1/inbox", { ...filters, limit: ASKED_AT_ONCE })}&${only}`);
  client.setQueryData<Pages>(query.queryKey, (pages) => pages && withFresh(pages, changed, fresh.rows));
}

/** The changed rows leave their places; those that still fit stand where their time puts them. */
export function withFresh(pages: Pages, changed: ReadonlySet<string>, fresh: InboxRow[]): Pages {
  const before = pages.pages.flatMap(({ rows }) => rows);
  const gone = before.filter((row) => changed.has(row.conversation_id)).length;
  const left = pages.pages.map((page) => ({
    ...page,
    rows: page.rows.filter((row) => !changed.has(row.conversation_id)),
  }));
  const isWhole = left.at(-1)?.next_cursor === null;
  const placed = fresh.filter((row) => place(left, row, isWhole)).length;
  const total = Math.max(0, (pages.pages[0]?.total ?? 0) - gone + placed);
  return { ...pages, pages: left.map((page) => ({ ...page, total })) };
}

/** Whether it found a place: what is older than everything that was read yet comes with a later page. */
function place(pages: InboxAnswer[], row: InboxRow, isWhole: boolean): boolean {
  for (const page of pages) {
    const index = page.rows.findIndex((other) => other.updated_at <= row.updated_at);
    if (index >= 0) {
      page.rows.splice(index, 0, row);
      return true;
    }
  }
  if (isWhole) pages.at(-1)?.rows.push(row);
  return isWhole;
}

async function readAllAgain(client: QueryClient, query: Query<Pages>): Promise<void> {
  client.setQueryData<Pages>(
    query.queryKey,
    (pages) => pages && { pages: pages.pages.slice(0, KEPT_PAGES), pageParams: pages.pageParams.slice(0, KEPT_PAGES) },
  );
  await client.invalidateQueries({ queryKey: query.queryKey, exact: true });
}

/** Everything may have changed. */
export async function readEverythingAgain(client: QueryClient): Promise<void> {
  const lists = client.getQueryCache().findAll({ queryKey: ["inbox"], type: "active" });
  await Promise.allSettled([
    client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "inbox" }),
    ...lists.map((query) => readAllAgain(client, query as Query<Pages>)),
  ]);
  client.removeQueries({ queryKey: ["inbox"], type: "inactive" });
}
