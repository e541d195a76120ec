import { Button, Group, Modal, Select, Stack, Tabs, TextInput } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";

import { useMe, usePeople } from "../api/me";
import { useOpenRoom } from "../api/rooms";

/** A channel by its name, or a room with one colleague; one that is there already is opened. */
export function OpenRoom({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const navigate = useNavigate();
  const people = (usePeople().data ?? []).filter(({ id, active }) => active && id !== me.person_id);
  const [name, setName] = useState("");
  const [person, setPerson] = useState<string | null>(null);
  const open = useOpenRoom((room) => {
    onClose();
    void navigate(`/colleagues/${room.room_id}`);
  });
  return (
    <Modal opened onClose={onClose} title="Open a room">
      <Tabs defaultValue="direct">
        <Tabs.List mb="md">
          <Tabs.Tab value="direct">A colleague</Tabs.Tab>
          <Tabs.Tab value="team">A channel</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="direct">
          <Stack>
            <Select
              label="Colleague"
              searchable
              value={person}
              onChange={setPerson}
              nothingFoundMessage="Nobody of this name"
              data={people.map(({ id, name: called }) => ({ value: id, label: called || id }))}
            />
            <Group justify="flex-end">
              <Button
                disabled={!person}
                loading={open.isPending}
                onClick={() => person && open.mutate({ kind: "direct", person_id: person })}
              >
                Open
              </Button>
            </Group>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="team">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim()) open.mutate({ kind: "team", name: name.trim() });
            }}
          >
            <Stack>
              <TextInput
                label="Name"
                placeholder="Refunds"
                maxLength={80}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                description="Everybody of the organisation may read it."
              />
              <Group justify="flex-end">
                <Button type="submit" disabled={!name.trim()} loading={open.isPending}>
                  Open
                </Button>
              </Group>
            </Stack>
          </form>
        </Tabs.Panel>
      </Tabs>
    </Modal>
  );
}
