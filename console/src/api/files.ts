import { useMutation } from "@tanstack/react-query";

import { showProblem } from "../shell/told";
import { call } from "./client";

/** Send one file beforehand; a message that comes later names it. */
export function useUpload<Kept>(path: string, onKept: (file: Kept) => void) {
  return useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.set("file", file);
      return call<Kept>(path, { method: "POST", form });
    },
    onSuccess: onKept,
    onError: showProblem,
  });
}
