import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconHandStop, IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { call } from "../../api/client";
import { may, useMe, useNameOf, useSending, type Sending } from "../../api/me";
import { showProblem, tell } from "../../shell/told";
import { When } from "../../shell/When";
import { Confirm } from "../Confirm";
import { Empty } from "../Page";

/** The switch that stops everything automatic. While it is off, a banner says so on every page. */
export function SendingSwitch() {
  const me = useMe();
  const sending = useSending();
  const [asks, setAsks] = useState<"stop" | "resume" | null>(null);
  if (sending.data === null) return <Empty>This installation has no such switch.</Empty>;
  if (!sending.data) return null;
  const stopped = sending.data.stopped;
  return (
    <Stack maw={640}>
      {stopped ? <Stopped sending={sending.data} /> : <Sends />}
      <Group>
        <Button
          variant={stopped ? "filled" : "default"}
          leftSection={stopped ? <IconPlayerPlay size={16} aria-hidden /> : <IconHandStop size={16} aria-hidden />}
          disabled={!may(me, "lead")}
          onClick={() => setAsks(stopped ? "resume" : "stop")}
        >
          {stopped ? "Let it send again" : "Stop all automatic sending"}
        </Button>
        {may(me, "lead") ? null : (
          <Text size="sm" c="dimmed">
            This needs the role lead.
          </Text>
        )}
      </Group>
      {asks ? <Ask action={asks} onClose={() => setAsks(null)} /> : null}
    </Stack>
  );
}

function Stopped({ sending }: { sending: Sending }) {
  const nameOf = useNameOf();
  const { by, at, reason } = sending;
  return (
    <Alert color="red" variant="light" title="Nothing automatic is sent" icon={<IconHandStop size={18} aria-hidden />}>
      <Text size="sm">
        {nameOf(by) || "Somebody"} stopped it {at ? <When at={at} /> : null}
        {reason ? `: ${reason}` : ""}. What AI agents would have sent waits for approval; people answer as ever.
      </Text>
    </Alert>
  );
}

function Sends() {
  return (
    <Alert
      color="gray"
      variant="light"
      title="AI agents send as the specification says"
      icon={<IconPlayerPlay size={18} aria-hidden />}
    >
      <Text size="sm">
        Stopping takes effect at once, for every conversation. What AI agents would send waits for approval instead;
        what people write and approve leaves as ever.
      </Text>
    </Alert>
  );
}

function Ask({ action, onClose }: { action: "stop" | "resume"; onClose: () => void }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const turn = useMutation({
    mutationFn: () => call<Sending>(`/v1/sending/${action}`, { method: "POST", body: { reason: reason.trim() } }),
    onSuccess: (now) => {
      client.setQueryData(["sending"], now);
      void client.invalidateQueries({ queryKey: ["sending"] });
      tell(action === "stop" ? "Nothing automatic is sent any more" : "New turns are automatic again");
      onClose();
    },
    onError: showProblem,
  });
  const stops = action === "stop";
  return (
    <Confirm
      title={stops ? "Stop all automatic sending?" : "Let AI agents send again?"}
      doing={stops ? "Stop it" : "Send again"}
      color={stops ? "red" : "holdfast"}
      pending={turn.isPending}
      disabled={stops && !reason.trim()}
      onClose={onClose}
      onConfirm={() => turn.mutate()}
    >
      <Textarea
        label="Why"
        description="Everybody sees it, and it is recorded."
        required={stops}
        data-autofocus
        autosize
        minRows={2}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  );
}
