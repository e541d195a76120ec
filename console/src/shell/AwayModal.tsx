import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { call } from "../api/client";
import { useAwayUntil, useMe, usePeople } from "../api/me";
import { atHour, localInput } from "./moments";
import { showProblem, tell } from "./told";

/** Say that one is away: what waits for one's approval goes to others meanwhile. */
export function AwayModal({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const people = usePeople().data ?? [];
  const awayUntil = useAwayUntil();
  const client = useQueryClient();
  const [until, setUntil] = useState(localInput(atHour(1, 9)));
  const [deputy, setDeputy] = useState<string | null>(null);
  const done = (said: string) => {
    void client.invalidateQueries();
    tell(said);
    onClose();
  };
  const path = `/v1/people/${encodeURIComponent(me.person_id)}/away`;
  const leave = useMutation({
    mutationFn: () => call(path, { method: "PUT", body: { until: new Date(until).toISOString(), deputy } }),
    onSuccess: () => done("You are away"),
    onError: showProblem,
  });
  const comeBack = useMutation({
    mutationFn: () => call(path, { method: "DELETE" }),
    onSuccess: () => done("Welcome back"),
    onError: showProblem,
  });
  return (
    <Modal opened onClose={onClose} title={awayUntil ? "You are away" : "I am away"}>
      <Stack>
        <Text size="sm" c="dimmed">
          What waits for your approval goes to your deputy, or to the others who may decide, until you are back.
        </Text>
        <TextInput
          type="datetime-local"
          label="Until"
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <Select
          label="Deputy"
          placeholder="Whoever may decide"
          clearable
          searchable
          value={deputy}
          onChange={setDeputy}
          data={people
            .filter(({ id, active }) => active && id !== me.person_id)
            .map(({ id, name }) => ({ value: id, label: name || id }))}
        />
        <Group justify="flex-end">
          {awayUntil ? (
            <Button variant="default" loading={comeBack.isPending} onClick={() => comeBack.mutate()}>
              I am back
            </Button>
          ) : null}
          <Button loading={leave.isPending} disabled={!until} onClick={() => leave.mutate()}>
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
