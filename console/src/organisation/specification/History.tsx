import { Button, Group, Loader, Modal, Table, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { call, withParameters } from "../../api/client";
import { useNameOf } from "../../api/me";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { exactly } from "../../shell/times";
import { showProblem, tell } from "../../shell/told";
import { When } from "../../shell/When";
import { Confirm } from "../Confirm";
import { Mark } from "../Mark";
import { Scrolls } from "../Page";
import { inWords, short } from "../words";
import { ChangeList } from "./ChangeList";
import { useEditing } from "./editing";
import { SPECIFICATION, useHistory, type Change, type Publication } from "./specification";

/** Which version was active when, who made it so and why, and the way back. */
export function History() {
  const history = useHistory();
  const { mayEdit } = useEditing();
  const nameOf = useNameOf();
  const [compared, setCompared] = useState<Publication | null>(null);
  const [back, setBack] = useState<Publication | null>(null);
  if (history.isPending) return <Loader role="status" aria-label="Loading" />;
  if (history.error) return <ProblemAlert error={history.error} retry={() => void history.refetch()} />;
  return (
    <Scrolls label="Versions">
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            {["Version", "Active", "By", "Why", "Open conversations", "Do"].map((name) => (
              <Table.Th key={name} scope="col">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {history.data.map((one) => (
            <Table.Tr key={`${one.content_hash}-${one.at}`}>
              <Table.Td>
                <Text size="sm" ff="monospace">
                  {short(one.content_hash)}
                </Text>
                {one.until === null ? <Mark tone="good">Active</Mark> : null}
              </Table.Td>
              <Table.Td>
                <When at={one.at} />
                <Text size="xs" c="dimmed">
                  {one.until ? `until ${exactly(one.until)}` : "now"}
                </Text>
              </Table.Td>
              <Table.Td>
                {one.kind === "rollback" ? "rolled back by " : ""}
                {nameOf(one.published_by)}
                {one.via ? (
                  <Text size="xs" c="dimmed">
                    by {inWords(one.via).toLowerCase()}
                  </Text>
                ) : null}
              </Table.Td>
              <Table.Td>{one.reason}</Table.Td>
              <Table.Td>{one.open_conversations}</Table.Td>
              <Table.Td>
                <Group gap={6}>
                  {one.replaced ? (
                    <Button size="compact-xs" variant="default" onClick={() => setCompared(one)}>
                      What changed<span className="visually-hidden"> in {short(one.content_hash)}</span>
                    </Button>
                  ) : null}
                  {mayEdit && one.until !== null && one.content_hash !== history.data[0]?.content_hash ? (
                    <Button size="compact-xs" variant="default" onClick={() => setBack(one)}>
                      Roll back to it<span className="visually-hidden"> {short(one.content_hash)}</span>
                    </Button>
                  ) : null}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {compared ? <Compared publication={compared} onClose={() => setCompared(null)} /> : null}
      {back ? <RollBack to={back} onClose={() => setBack(null)} /> : null}
    </Scrolls>
  );
}

function Compared({ publication, onClose }: { publication: Publication; onClose: () => void }) {
  const { replaced: before, content_hash: after } = publication;
  const changes = useQuery({
    queryKey: ["specification", "changes", before, after],
    queryFn: ({ signal }) => call<Change[]>(withParameters(`${SPECIFICATION}/changes`, { before, after }), { signal }),
    staleTime: Infinity,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={`${short(before ?? "")} → ${short(after)}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {changes.isPending ? <Loader role="status" aria-label="Loading" /> : null}
      {changes.error ? <ProblemAlert error={changes.error} /> : null}
      {changes.data?.length === 0 ? <Text size="sm">Nothing changed.</Text> : null}
      {changes.data ? <ChangeList changes={changes.data} /> : null}
    </Modal>
  );
}

function RollBack({ to, onClose }: { to: Publication; onClose: () => void }) {
  const editing = useEditing();
  const [reason, setReason] = useState("");
  const goBack = useMutation({
    mutationFn: () =>
      call(`${SPECIFICATION}/rollback`, { method: "POST", body: { version: to.content_hash, reason: reason.trim() } }),
    onSuccess: async () => {
      tell(`Version ${short(to.content_hash)} is active again`);
      await editing.reload();
      onClose();
    },
    onError: showProblem,
  });
  return (
    <Confirm
      title={`Make ${short(to.content_hash)} active again?`}
      doing="Roll back"
      pending={goBack.isPending}
      disabled={!reason.trim()}
      onClose={onClose}
      onConfirm={() => goBack.mutate()}
    >
      <Text size="sm">
        It comes back as it was fitted then. New conversations follow it at once; open ones keep their version.
      </Text>
      <TextInput
        label="Why, for the record"
        required
        data-autofocus
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  );
}
