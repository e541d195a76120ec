import { QueryClient } from "@tanstack/react-query";

import { ProblemError } from "./client";

/** Only what may pass by itself is tried again; a refusal stays one. */
function isWorthAnotherTry(failures: number, error: Error): boolean {
  const status = error instanceof ProblemError ? error.status : 0;
  return failures < 3 && (status === 0 || status >= 500 || status === 429);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5_000, retry: isWorthAnotherTry, refetchOnWindowFocus: true },
    mutations: { retry: false, networkMode: "always" },
  },
});
