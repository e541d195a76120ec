import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { useMe, usePeople } from "../api/me";

interface Given {
  title: string;
  explained?: string;
  onClose: () => void;
  onChosen: (personId: string) => void;
}

/** Which colleague. Those who are away can be seen, and not be chosen. */
export function AskColleague({ title, explained, onClose, onChosen }: Given) {
  const me = useMe();
  const people = (usePeople().data ?? []).filter(({ id, active }) => active && id !== me.person_id);
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack>
        {explained ? (
          <Text size="sm" c="dimmed">
            {explained}
          </Text>
        ) : null}
        <Select
          label="Colleague"
          data-autofocus
          searchable
          value={chosen}
          onChange={setChosen}
          nothingFoundMessage="Nobody of this name"
          data={people.map(({ id, name, away_until: away }) => ({
            value: id,
            label: away ? `${name} (away)` : name,
            disabled: Boolean(away),
          }))}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={!chosen}
            onClick={() => {
              if (chosen) onChosen(chosen);
              onClose();
            }}
          >
            Ask
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
