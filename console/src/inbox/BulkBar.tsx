import { Button, Group, Text } from "@mantine/core";
import { IconCheck, IconHandGrab, IconMoonStars, IconRobot, IconX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { once } from "../api/intents";
import type { BulkAnswer } from "../api/contract";
import { refreshRows } from "../api/inbox";
import { AskInstruction, AskUntil } from "../shell/asking";
import { complain, showProblem, tell } from "../shell/told";
import { counted } from "../shell/words";
import classes from "./ConversationList.module.css";

interface Given {
  marked: ReadonlySet<string>;
  unmark: () => void;
}

type Body =
  | { action: "resolve" | "take_over" }
  | { action: "snooze"; until: string }
  | { action: "hand_back"; instruction: string };

/** What is done with all marked conversations at once; each is asked by itself, and one that refuses stops no other. */
export function BulkBar({ marked, unmark }: Given) {
  const client = useQueryClient();
  const [asking, setAsking] = useState<"snooze" | "hand_back" | null>(null);
  const act = useMutation({
    mutationFn: (body: Body) => once<BulkAnswer>("/v1/conversations/bulk", { ...body, conversation_ids: [...marked] }),
    onSuccess: (answer) => {
      report(answer);
      unmark();
      void refreshRows(client, new Set(marked));
      void client.invalidateQueries({ queryKey: ["counts"] });
    },
    onError: showProblem,
  });
  const buttons = { size: "compact-sm", variant: "default", disabled: act.isPending } as const;
  return (
    <div className={classes.bulk} role="toolbar" aria-label="Marked conversations">
      <Text size="sm" fw={650}>
        {marked.size} marked
      </Text>
      <Group gap={4}>
        <Button
          {...buttons}
          leftSection={<IconHandGrab size={14} />}
          onClick={() => act.mutate({ action: "take_over" })}
        >
          Take over
        </Button>
        <Button {...buttons} leftSection={<IconRobot size={14} />} onClick={() => setAsking("hand_back")}>
          Hand back
        </Button>
        <Button {...buttons} leftSection={<IconMoonStars size={14} />} onClick={() => setAsking("snooze")}>
          Snooze
        </Button>
        <Button {...buttons} leftSection={<IconCheck size={14} />} onClick={() => act.mutate({ action: "resolve" })}>
          Resolve
        </Button>
        <Button {...buttons} variant="subtle" color="gray" leftSection={<IconX size={14} />} onClick={unmark}>
          Clear
        </Button>
      </Group>
      {asking === "snooze" ? (
        <AskUntil
          title={`Snooze ${counted(marked.size, "conversation")}`}
          onClose={() => setAsking(null)}
          onChosen={(until) => act.mutate({ action: "snooze", until })}
        />
      ) : null}
      {asking === "hand_back" ? (
        <AskInstruction
          count={marked.size}
          onClose={() => setAsking(null)}
          onGiven={(instruction) => act.mutate({ action: "hand_back", instruction })}
        />
      ) : null}
    </div>
  );
}

function report({ results }: BulkAnswer): void {
  const refused = results.filter(({ state }) => state === "refused");
  const done = results.length - refused.length;
  if (done) tell(`Done for ${counted(done, "conversation")}`);
  const why = [...new Set(refused.map(({ problem }) => problem?.detail ?? ""))].filter(Boolean).join(" ");
  if (refused.length) complain(`${counted(refused.length, "conversation")} refused`, why);
}
