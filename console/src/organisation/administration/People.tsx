import { ActionIcon, Button, Group, Loader, Table, Text, TextInput, Tooltip } from "@mantine/core";
import { IconPencil, IconPlaneDeparture, IconUserOff, IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { call } from "../../api/client";
import { may, useMe } from "../../api/me";
import { Avatar } from "../../shell/Avatar";
import { AwayModal } from "../../shell/AwayModal";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { highestRole } from "../../shell/Signed";
import { showProblem, tell } from "../../shell/told";
import { When } from "../../shell/When";
import { Confirm } from "../Confirm";
import { Mark } from "../Mark";
import { Scrolls } from "../Page";
import { inWords } from "../words";
import { PersonModal, type PersonToEdit } from "./PersonModal";

export interface PersonView extends PersonToEdit {
  teams: string[];
  skills: string[];
  away_until: string | null;
  can_sign_in?: boolean;
}

/** Everybody of the organisation: those whom the specification names, and those who may sign in. */
export function People() {
  const me = useMe();
  const [isAdmin, isLead] = [may(me, "admin"), may(me, "lead")];
  const [find, setFind] = useState("");
  const [edited, setEdited] = useState<PersonView | "new" | null>(null);
  const people = useQuery({
    queryKey: ["people", "administration"],
    queryFn: ({ signal }) => call<PersonView[]>("/v1/people", { signal }),
  });
  if (people.isPending) return <Loader role="status" aria-label="Loading" />;
  if (people.error) return <ProblemAlert error={people.error} retry={() => void people.refetch()} />;
  const wanted = find.trim().toLowerCase();
  const shown = people.data.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(wanted));
  return (
    <>
      <Group mb="sm" justify="space-between">
        <TextInput
          aria-label="Find a person"
          placeholder="Find a person"
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
        />
        {isAdmin ? (
          <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={() => setEdited("new")}>
            Add a person
          </Button>
        ) : null}
      </Group>
      <Scrolls label="People">
        <Table miw={720} verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Person</Table.Th>
              <Table.Th scope="col">May do</Table.Th>
              <Table.Th scope="col">Teams</Table.Th>
              <Table.Th scope="col">Skills</Table.Th>
              <Table.Th scope="col">State</Table.Th>
              {isLead ? <Table.Th scope="col">Change</Table.Th> : null}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((person) => (
              <Table.Tr key={person.id}>
                <Table.Td>
                  <Group gap="sm" wrap="nowrap">
                    <Avatar name={person.name || person.id} size={30} />
                    <div>
                      <Text size="sm" fw={600}>
                        {person.name || person.id}
                      </Text>
                      <Text size="xs" c="dimmed">
                        {person.id}
                      </Text>
                    </div>
                  </Group>
                </Table.Td>
                <Table.Td>
                  <Mark tone="person" title={person.roles.join(", ")}>
                    {highestRole(person.roles) || "nothing"}
                  </Mark>
                </Table.Td>
                <Table.Td>{person.teams.map(inWords).join(", ")}</Table.Td>
                <Table.Td>{inWords(person.skills.join(", "))}</Table.Td>
                <Table.Td>
                  <State person={person} />
                </Table.Td>
                {isLead ? (
                  <Table.Td>
                    <Group gap={4} wrap="nowrap">
                      <Absence person={person} />
                      {isAdmin ? <Actions person={person} onEdit={() => setEdited(person)} /> : null}
                    </Group>
                  </Table.Td>
                ) : null}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scrolls>
      {edited ? <PersonModal person={edited === "new" ? null : edited} onClose={() => setEdited(null)} /> : null}
    </>
  );
}

function State({ person }: { person: PersonView }) {
  if (!person.active) return <Mark tone="plain">Access ended</Mark>;
  if (person.away_until) {
    return (
      <Text size="sm">
        Away, back <When at={person.away_until} />
      </Text>
    );
  }
  return <Text size="sm">{person.can_sign_in === false ? "Cannot sign in" : "Active"}</Text>;
}

function Absence({ person }: { person: PersonView }) {
  const [opened, setOpened] = useState(false);
  const name = person.name || person.id;
  if (!person.active) return null;
  return (
    <>
      <Tooltip label="Away or back">
        <ActionIcon onClick={() => setOpened(true)} aria-label={`${name}: away or back`}>
          <IconPlaneDeparture size={17} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {opened ? <AwayModal person={person} onClose={() => setOpened(false)} /> : null}
    </>
  );
}

function Actions({ person, onEdit }: { person: PersonView; onEdit: () => void }) {
  const me = useMe();
  const client = useQueryClient();
  const [asks, setAsks] = useState(false);
  const end = useMutation({
    mutationFn: () => call(`/v1/people/${encodeURIComponent(person.id)}`, { method: "DELETE" }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["people"] });
      tell(`${person.name || person.id} has no access any more`);
      setAsks(false);
    },
    onError: showProblem,
  });
  const name = person.name || person.id;
  return (
    <Group gap={4} wrap="nowrap">
      <Tooltip label="Edit">
        <ActionIcon onClick={onEdit} aria-label={`Edit ${name}`}>
          <IconPencil size={17} aria-hidden />
        </ActionIcon>
      </Tooltip>
      {person.active && person.id !== me.person_id ? (
        <Tooltip label="End access">
          <ActionIcon color="red" onClick={() => setAsks(true)} aria-label={`End the access of ${name}`}>
            <IconUserOff size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ) : null}
      {asks ? (
        <Confirm
          title={`End the access of ${name}?`}
          doing="End access"
          pending={end.isPending}
          onClose={() => setAsks(false)}
          onConfirm={() => end.mutate()}
        >
          They are signed out at once, and their API keys stop working. What they did stays recorded. You can let them
          in again.
        </Confirm>
      ) : null}
    </Group>
  );
}
