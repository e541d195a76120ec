import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useRef } from "react";

import { showProblem, tell } from "../shell/told";
import { call, ProblemError } from "./client";

/** An id of one intent. Trying the same again carries the same id, so it is done once. */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `rq_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export interface Answer {
  request_id: string;
  state: "acknowledged" | "accepted" | "applied";
  effect?: string | null;
}

interface Asked {
  path: string;
  body: Record<string, unknown>;
  /** What to say when it is done. */
  said: string;
}

/** Whether nobody knows what became of it: then the same must be sent again, under the same id. */
function mayHaveHappened(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 0 || error.status >= 500);
}

/**
 * Ask something of the platform, once for each intent: while the same thing is asked again after a failure whose outcome
 * nobody knows, it keeps its id. A refusal ends the intent.
 */
export function useAsk(refreshed: QueryKey[], onDone?: (answer: Answer) => void) {
  const client = useQueryClient();
  const unsettled = useRef(new Map<string, string>());
  return useMutation({
    mutationFn: async ({ path, body }: Asked): Promise<Answer> => {
      const intent = JSON.stringify([path, body]);
      const requestId = unsettled.current.get(intent) ?? newRequestId();
      unsettled.current.set(intent, requestId);
      try {
        const answer = await call<Answer>(path, { method: "POST", body: { ...body, request_id: requestId } });
        unsettled.current.delete(intent);
        return answer;
      } catch (error) {
        if (!mayHaveHappened(error)) unsettled.current.delete(intent);
        throw error;
      }
    },
    onSuccess: (answer, { said }) => {
      if (answer.state === "accepted")
        tell("Accepted, being applied", "It is kept, and done as soon as a worker is there.");
      else if (said) tell(said);
      onDone?.(answer);
    },
    onError: showProblem,
    onSettled: () => refreshed.forEach((queryKey) => void client.invalidateQueries({ queryKey })),
  });
}
