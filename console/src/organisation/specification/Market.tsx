import { Alert, Anchor, Button, Checkbox, Group, Loader, Modal, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";

import { call } from "../../api/client";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { Mark } from "../Mark";
import { inWords } from "../words";
import { useEditing } from "./editing";
import type { Installed, Package, PackageDetails } from "./specification";
import classes from "./Specification.module.css";

/** AI agents and journeys that others have made. Installed ones stand in the draft until it is published. */
export function Market() {
  const { mayEdit } = useEditing();
  const [chosen, setChosen] = useState<string | null>(null);
  const packages = useQuery({
    queryKey: ["market"],
    queryFn: ({ signal }) => call<Package[]>("/v1/market", { signal }),
  });
  if (packages.isPending) return <Loader role="status" aria-label="Loading" />;
  if (packages.error) return <ProblemAlert error={packages.error} retry={() => void packages.refetch()} />;
  return (
    <div className={classes.cards}>
      {packages.data.map(({ manifest, installed }) => (
        <article key={manifest.name} className={classes.card} aria-label={manifest.title}>
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <div>
              <Text fw={650} component="h2">
                {manifest.title}
              </Text>
              <Text size="xs" c="dimmed">
                {manifest.name} {manifest.version}, {manifest.author}, {manifest.licence}
              </Text>
            </div>
            <Mark tone={manifest.kind === "agent" ? "good" : "person"}>
              {manifest.kind === "agent" ? "AI agent" : "Journey"}
            </Mark>
          </Group>
          <Text size="sm">{manifest.summary}</Text>
          <Group mt="auto" justify="space-between">
            {installed ? <Text size="sm">Installed: {installed}</Text> : <span />}
            <Button size="xs" variant="default" onClick={() => setChosen(manifest.name)}>
              {mayEdit && !installed ? "Look and install" : "Look"}
              <span className="visually-hidden"> {manifest.title}</span>
            </Button>
          </Group>
        </article>
      ))}
      {chosen ? <Details name={chosen} onClose={() => setChosen(null)} /> : null}
    </div>
  );
}

function Details({ name, onClose }: { name: string; onClose: () => void }) {
  const details = useQuery({
    queryKey: ["market", name],
    queryFn: ({ signal }) => call<PackageDetails>(`/v1/market/${encodeURIComponent(name)}`, { signal }),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={details.data?.manifest.title ?? name}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {details.isPending ? <Loader role="status" aria-label="Loading" /> : null}
      {details.error ? <ProblemAlert error={details.error} /> : null}
      {details.data ? <Install found={details.data} onClose={onClose} /> : null}
    </Modal>
  );
}

function Install({ found, onClose }: { found: PackageDetails; onClose: () => void }) {
  const editing = useEditing();
  const { manifest, permissions, missing } = found;
  const [allow, setAllow] = useState<string[]>([]);
  const [mode, setMode] = useState<string | null>("co_pilot");
  const install = useMutation({
    mutationFn: async () => {
      await editing.settle();
      const body = { allow, mode: manifest.kind === "agent" ? mode : null };
      return call<Installed>(`/v1/market/${encodeURIComponent(manifest.name)}/install`, { method: "POST", body });
    },
    onSuccess: () => editing.reload(),
  });
  if (install.data) return <Done installed={install.data} onClose={onClose} />;
  const lacks = [...missing.ai_agents, ...missing.topics, ...missing.tool_servers, ...missing.channels];
  return (
    <Stack>
      <Text size="sm">{manifest.summary}</Text>
      <div>
        <Text size="sm" fw={600}>
          Handles
        </Text>
        <ul className={classes.list}>
          {manifest.handles.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </div>
      {lacks.length ? (
        <Alert color="yellow" variant="light">
          Your organisation does not have: {lacks.join(", ")}.
        </Alert>
      ) : null}
      {permissions.length ? (
        <Checkbox.Group
          label="What it may use"
          description="It gets only what is ticked here; the rest it is installed without."
          value={allow}
          onChange={setAllow}
        >
          <Stack gap={6} mt={6}>
            {permissions.map((permission) => (
              <Checkbox key={permission} value={permission} label={permission} disabled={!editing.mayEdit} />
            ))}
          </Stack>
        </Checkbox.Group>
      ) : (
        <Text size="sm">It asks for no permission.</Text>
      )}
      {manifest.kind === "agent" && editing.mayEdit ? (
        <Select
          label="Its AI agent begins in"
          data={["co_pilot", "supervision", "delegation"].map((value) => ({ value, label: inWords(value) }))}
          value={mode}
          onChange={setMode}
          allowDeselect={false}
        />
      ) : null}
      {install.error ? <ProblemAlert error={install.error} /> : null}
      {editing.mayEdit && !found.installed ? (
        <Group justify="flex-end">
          <Button loading={install.isPending} onClick={() => install.mutate()}>
            Put it into my draft
          </Button>
        </Group>
      ) : null}
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {found.digest}
      </Text>
    </Stack>
  );
}

function Done({ installed, onClose }: { installed: Installed; onClose: () => void }) {
  const gaps = Object.entries(installed.to_fill_in);
  return (
    <Stack>
      <Alert color="teal" variant="light" title="It is in your draft">
        Nothing is published yet. It may use: {installed.granted.join(", ") || "nothing"}.
        {installed.refused.length ? ` Without: ${installed.refused.join(", ")}.` : ""}
      </Alert>
      {gaps.length ? (
        <Text size="sm">
          Fill in what is marked {"{{…}}"}:{" "}
          {gaps.map(([path, count]) => (
            <Anchor component={Link} inherit key={path} to={`/specification/files/${path}`} mr={8}>
              {path} ({count})
            </Anchor>
          ))}
        </Text>
      ) : null}
      <Group justify="flex-end">
        <Button onClick={onClose}>Close</Button>
      </Group>
    </Stack>
  );
}
