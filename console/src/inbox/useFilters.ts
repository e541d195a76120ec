import { useSearchParams } from "react-router";

import type { View } from "../api/contract";
import type { Filters } from "../api/inbox";

type Changeable = Omit<Filters, "view">;

/** The filters stand in the address, so that a list can be linked to and survives a reload. */
export function useFilters(view: View): [Filters, (change: Partial<Changeable>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const filters: Filters = {
    view,
    text: parameters.get("text") ?? "",
    channel: parameters.get("channel"),
    status: parameters.get("status"),
    ai_agent: parameters.get("ai_agent"),
  };
  const change = (changes: Partial<Changeable>): void => {
    setParameters(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value) after.set(name, value);
          else after.delete(name);
        }
        return after;
      },
      { replace: true },
    );
  };
  return [filters, change];
}
