import type { ConversationDetails, Fact } from "../api/contract";

interface Known {
  facts: Fact[];
  missing: string[];
  matches: number;
}

/** What was known of the customer when an AI agent last looked. */
export function factsOf(details: ConversationDetails): Known {
  const last = [...details.turns].reverse().find((turn) => turn.context)?.context;
  return last
    ? { facts: last.facts, missing: last.missing, matches: last.matches }
    : { facts: [], missing: [], matches: 0 };
}
