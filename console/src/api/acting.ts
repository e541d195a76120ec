import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";

import { complain, showProblem, tell } from "../shell/told";
import { fromNow } from "../shell/times";
import { call, ProblemError } from "./client";
import { idOf, settle } from "./intents";
import { useNameOf } from "./me";

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

/** Who was faster, and when, where somebody was. */
function explain(error: unknown, nameOf: (id: string) => string): void {
  const problem = error instanceof ProblemError ? error.problem : null;
  if (!problem?.decided_by || !problem.decided_at) return showProblem(error);
  complain(`${nameOf(problem.decided_by)} decided ${fromNow(problem.decided_at, Date.now())}`, problem.detail);
}

/**
 * Ask something of the platform, once for each intent: while the same thing is asked again after a failure whose outcome
 * nobody knows, it keeps its id. A refusal ends the intent.
 */
export function useAsk(refreshed: QueryKey[], onDone?: (answer: Answer) => void) {
  const client = useQueryClient();
  const nameOf = useNameOf();
  return useMutation({
    mutationFn: async ({ path, body }: Asked): Promise<Answer> => {
      const intent = JSON.stringify([path, body]);
      const requestId = idOf(intent);
      try {
        const answer = await call<Answer>(path, { method: "POST", body: { ...body, request_id: requestId } });
        settle(intent);
        return answer;
      } catch (error) {
        if (!mayHaveHappened(error)) settle(intent);
        throw error;
      }
    },
    onSuccess: (answer, { said }) => {
      if (answer.state === "accepted")
        tell("Accepted, being applied", "It is kept, and done as soon as a worker is there.");
      else if (said) tell(said);
      onDone?.(answer);
    },
    onError: (error) => explain(error, nameOf),
    onSettled: () => refreshed.forEach((queryKey) => void client.invalidateQueries({ queryKey })),
  });
}
