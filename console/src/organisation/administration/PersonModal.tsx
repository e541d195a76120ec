import { Button, Group, Modal, MultiSelect, Stack, Switch, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { call } from "../../api/client";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { tell } from "../../shell/told";
import { ROLE_CHOICES } from "./roles";

export interface PersonToEdit {
  id: string;
  name: string;
  roles: string[];
  active: boolean;
}

const NOBODY: PersonToEdit = { id: "", name: "", roles: ["human_agent"], active: true };

/** Let somebody in, or change who they are and what they may do. Teams and skills stand in the specification. */
export function PersonModal({ person, onClose }: { person: PersonToEdit | null; onClose: () => void }) {
  const client = useQueryClient();
  const begun = person ?? NOBODY;
  const [id, setId] = useState(begun.id);
  const [name, setName] = useState(begun.name);
  const [roles, setRoles] = useState(begun.roles);
  const [subject, setSubject] = useState("");
  const [active, setActive] = useState(begun.active);
  const save = useMutation({
    mutationFn: () =>
      call(`/v1/people/${encodeURIComponent(id.trim())}`, {
        method: "PUT",
        body: { name: name.trim(), roles, active, ...(subject.trim() ? { subject: subject.trim() } : {}) },
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["people"] });
      tell(person ? "Saved" : `${name} may come in`);
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={person ? `Edit ${name || id}` : "Add a person"}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          {save.error ? <ProblemAlert error={save.error} /> : null}
          <TextInput
            label="Id"
            description="Opaque, as approvals and the audit trail show it. It cannot be changed later."
            required
            disabled={person !== null}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
          />
          <TextInput
            label="Name"
            required
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <MultiSelect
            label="Roles"
            description="Each role may do what the ones before it may; auditor and integration stand apart."
            data={ROLE_CHOICES}
            value={roles}
            onChange={setRoles}
          />
          <TextInput
            label="Account"
            description="Who they are at your sign-in provider (its `sub`). Empty leaves it as it is."
            value={subject}
            onChange={(event) => setSubject(event.currentTarget.value)}
          />
          {person ? (
            <Switch label="May come in" checked={active} onChange={(event) => setActive(event.currentTarget.checked)} />
          ) : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!id.trim() || !name.trim()}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
