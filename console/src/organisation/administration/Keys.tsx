import {
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  Loader,
  Modal,
  MultiSelect,
  Stack,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { call } from "../../api/client";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { showProblem, tell } from "../../shell/told";
import { When } from "../../shell/When";
import { Confirm } from "../Confirm";
import { Empty, Scrolls } from "../Page";
import { KEY_ROLES } from "./roles";

interface KeySummary {
  person_id: string;
  roles: string[];
  created_at: string;
}

interface CreatedKey {
  person_id: string;
  key: string;
}

/** API keys of people and systems. A key is shown once, when it is made. */
export function Keys() {
  const [creates, setCreates] = useState(false);
  const [revoked, setRevoked] = useState<string | null>(null);
  const client = useQueryClient();
  const keys = useQuery({
    queryKey: ["keys"],
    queryFn: ({ signal }) => call<KeySummary[]>("/v1/keys", { signal }),
  });
  const revoke = useMutation({
    mutationFn: (person: string) => call(`/v1/keys/${encodeURIComponent(person)}`, { method: "DELETE" }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["keys"] });
      tell("The keys are useless now");
      setRevoked(null);
    },
    onError: showProblem,
  });
  if (keys.isPending) return <Loader role="status" aria-label="Loading" />;
  if (keys.error) return <ProblemAlert error={keys.error} retry={() => void keys.refetch()} />;
  return (
    <>
      <Group mb="sm" justify="space-between">
        <Text size="sm" c="dimmed">
          For systems and for the command line. People sign in instead.
        </Text>
        <Button leftSection={<IconKey size={16} aria-hidden />} onClick={() => setCreates(true)}>
          Make a key
        </Button>
      </Group>
      {keys.data.length ? (
        <Scrolls label="API keys">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">Whose</Table.Th>
                <Table.Th scope="col">Roles</Table.Th>
                <Table.Th scope="col">Made</Table.Th>
                <Table.Th scope="col">End</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {keys.data.map((key) => (
                <Table.Tr key={`${key.person_id}-${key.created_at}`}>
                  <Table.Td>{key.person_id}</Table.Td>
                  <Table.Td>{key.roles.join(", ")}</Table.Td>
                  <Table.Td>
                    <When at={key.created_at} />
                  </Table.Td>
                  <Table.Td>
                    <Button
                      size="compact-xs"
                      variant="default"
                      onClick={() => setRevoked(key.person_id)}
                      aria-label={`Revoke the keys of ${key.person_id}`}
                    >
                      Revoke
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scrolls>
      ) : (
        <Empty>Nobody has a key.</Empty>
      )}
      {creates ? <CreateKey onClose={() => setCreates(false)} /> : null}
      {revoked ? (
        <Confirm
          title={`Revoke every key of ${revoked}?`}
          doing="Revoke"
          pending={revoke.isPending}
          onClose={() => setRevoked(null)}
          onConfirm={() => revoke.mutate(revoked)}
        >
          Whatever uses one of them stops working at once.
        </Confirm>
      ) : null}
    </>
  );
}

function CreateKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [person, setPerson] = useState("");
  const [roles, setRoles] = useState(["viewer"]);
  const create = useMutation({
    mutationFn: () => call<CreatedKey>("/v1/keys", { method: "POST", body: { person_id: person.trim(), roles } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["keys"] }),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={create.data ? "The new key" : "Make a key"}
      closeButtonProps={{ "aria-label": "Close" }}
      closeOnClickOutside={!create.data}
    >
      {create.data ? (
        <Shown made={create.data} onClose={onClose} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
          <Stack>
            {create.error ? <ProblemAlert error={create.error} /> : null}
            <TextInput
              label="Whose"
              description="Id of a person or a system; no name and no address."
              required
              data-autofocus
              value={person}
              onChange={(event) => setPerson(event.currentTarget.value)}
            />
            <MultiSelect label="Roles" data={KEY_ROLES} value={roles} onChange={setRoles} />
            <Group justify="flex-end">
              <Button type="submit" loading={create.isPending} disabled={!person.trim() || !roles.length}>
                Make it
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function Shown({ made, onClose }: { made: CreatedKey; onClose: () => void }) {
  return (
    <Stack>
      <Alert color="yellow" title="It is shown this once">
        Copy it now: only its hash is kept.
      </Alert>
      <Code block data-testid="new-key" style={{ wordBreak: "break-all", whiteSpace: "pre-wrap" }}>
        {made.key}
      </Code>
      <Group justify="flex-end">
        <CopyButton value={made.key}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>I have kept it</Button>
      </Group>
    </Stack>
  );
}
