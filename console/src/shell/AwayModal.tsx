import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { call } from "../api/client";
import { useAwayUntil, useMe, usePeople } from "../api/me";
import { atHour, localInput } from "./moments";
import { showProblem, tell } from "./told";

const OWN = {
  leave: "I am away",
  away: "You are away",
  back: "Welcome back",
  comeBack: "I am back",
  explained: "What waits for your approval goes to your deputy, or to the others who may decide, until you are back.",
};

function wordsOf(name: string): typeof OWN {
  return {
    leave: `${name} is away`,
    away: `${name} is away`,
    back: `${name} is back`,
    comeBack: `${name} is back`,
    explained: `What waits for the approval of ${name} goes to the deputy, or to the others who may decide, meanwhile.`,
  };
}

interface Given {
  /** Whose absence a lead sees to; one's own without it. */
  person?: { id: string; name: string; away_until: string | null };
  onClose: () => void;
}

/** Say who is away: what waits for their approval goes to others meanwhile. */
export function AwayModal({ person, onClose }: Given) {
  const me = useMe();
  const who = person?.id ?? me.person_id;
  const mine = useAwayUntil();
  const isAway = Boolean(person ? person.away_until : mine);
  const words = person ? wordsOf(person.name || person.id) : OWN;
  const people = usePeople().data ?? [];
  const client = useQueryClient();
  const [until, setUntil] = useState(localInput(atHour(1, 9)));
  const [deputy, setDeputy] = useState<string | null>(null);
  const done = (said: string) => {
    void client.invalidateQueries();
    tell(said);
    onClose();
  };
  const path = `/v1/people/${encodeURIComponent(who)}/away`;
  const leave = useMutation({
    mutationFn: () => call(path, { method: "PUT", body: { until: new Date(until).toISOString(), deputy } }),
    onSuccess: () => done(words.away),
    onError: showProblem,
  });
  const comeBack = useMutation({
    mutationFn: () => call(path, { method: "DELETE" }),
    onSuccess: () => done(words.back),
    onError: showProblem,
  });
  return (
    <Modal opened onClose={onClose} title={isAway ? words.away : words.leave}>
      <Stack>
        <Text size="sm" c="dimmed">
          {words.explained}
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
            .filter(({ id, active }) => active && id !== who)
            .map(({ id, name }) => ({ value: id, label: name || id }))}
        />
        <Group justify="flex-end">
          {isAway ? (
            <Button variant="default" loading={comeBack.isPending} onClick={() => comeBack.mutate()}>
              {words.comeBack}
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
