import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";

import { complain, showProblem, tell } from "../shell/told";
import { fromNow } from "../shell/times";
import { ProblemError } from "./client";
import { once } from "./intents";
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

/** Who was faster, and when, where somebody was. */
function explain(error: unknown, nameOf: (id: string) => string): void {
  const problem = error instanceof ProblemError ? error.problem : null;
  if (!problem?.decided_by || !problem.decided_at) return showProblem(error);
  complain(`${nameOf(problem.decided_by)} decided ${fromNow(problem.decided_at, Date.now())}`, problem.detail);
}

/** Ask something of the platform, once, and tell the person what became of it. */
export function useAsk(refreshed: QueryKey[], onDone?: (answer: Answer) => void) {
  const client = useQueryClient();
  const nameOf = useNameOf();
  return useMutation({
    mutationFn: ({ path, body }: Asked) => once<Answer>(path, body),
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
