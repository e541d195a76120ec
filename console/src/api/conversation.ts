import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { showProblem } from "../shell/told";
import { newRequestId } from "./intents";
import { call, callIfThere } from "./client";
import type { CoPilot, ConversationDetails, InboxAnswer, Watcher } from "./contract";
import { keepWatchers } from "./live";

const PRESENCE_EVERY_MS = 20_000;

export function useConversation(conversationId: string) {
  return useQuery({
    queryKey: ["conversation", conversationId],
    queryFn: ({ signal }) => call<ConversationDetails>(`/v1/conversations/${conversationId}`, { signal }),
  });
}

/** The conversation as the inbox shows it: its customer's name, its open approval, its deadline. */
export function useRowOf(conversationId: string) {
  return useQuery({
    queryKey: ["conversation", conversationId, "row"],
    queryFn: async ({ signal }) => {
      const answer = await callIfThere<InboxAnswer>(`/v1/inbox?view=all&limit=1&only=${conversationId}`, { signal });
      return answer?.rows[0] ?? null;
    },
  });
}

export function useCoPilot(conversationId: string, wanted: boolean) {
  return useQuery({
    queryKey: ["conversation", conversationId, "co-pilot"],
    queryFn: ({ signal }) => callIfThere<CoPilot>(`/v1/conversations/${conversationId}/co-pilot`, { signal }),
    enabled: wanted,
  });
}

/** Tell colleagues that one looks at a conversation, for as long as the page is seen. */
export function usePresence(conversationId: string, mayTell: boolean): (state: "looking" | "typing") => void {
  const { mutate } = useMutation({
    mutationFn: (state: "looking" | "typing" | "away") =>
      callIfThere<{ watchers: Watcher[] }>(`/v1/conversations/${conversationId}/presence`, {
        method: "PUT",
        body: { state, request_id: newRequestId() },
      }),
    onSuccess: (answer) => answer && keepWatchers(conversationId, answer.watchers),
  });
  useEffect(() => {
    if (!mayTell) return;
    const look = (): void => {
      if (document.visibilityState === "visible") mutate("looking");
    };
    look();
    const timer = setInterval(look, PRESENCE_EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
      mutate("away");
    };
  }, [conversationId, mayTell, mutate]);
  return mutate;
}

/** Say what was done with a suggestion: it is counted, and sends nothing. */
export function useUse(conversationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, used, text }: { id: string; used: "as_is" | "edited" | "ignored"; text?: string }) =>
      call(`/v1/conversations/${conversationId}/co-pilot/${encodeURIComponent(id)}/use`, {
        method: "POST",
        body: { used, text },
      }),
    onSettled: () => client.invalidateQueries({ queryKey: ["conversation", conversationId, "co-pilot"] }),
    onError: showProblem,
  });
}
