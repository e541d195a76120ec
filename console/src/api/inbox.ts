import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { call, callIfThere, withParameters } from "./client";
import type { Counts, InboxPageOfRows, View } from "./contract";

export interface Filters {
  view: View;
  text: string;
  channel: string | null;
  status: string | null;
  ai_agent: string | null;
}

const PAGE_ROWS = 60;

export function useInbox(filters: Filters) {
  return useInfiniteQuery({
    queryKey: ["inbox", filters],
    queryFn: ({ pageParam, signal }) =>
      call<InboxPageOfRows>(withParameters("/v1/inbox", { ...filters, cursor: pageParam, limit: PAGE_ROWS }), {
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
}

export function useCounts() {
  return useQuery({
    queryKey: ["counts"],
    queryFn: async ({ signal }) => (await callIfThere<Counts>("/v1/inbox/counts", { signal })) ?? {},
    refetchInterval: 60_000,
  });
}
