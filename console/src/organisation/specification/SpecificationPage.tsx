import { Button, Group, Loader, Tabs, Text } from "@mantine/core";
import type { ComponentType } from "react";
import { useNavigate, useParams } from "react-router";

import { useNameOf } from "../../api/me";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { When } from "../../shell/When";
import { Mark } from "../Mark";
import { Page } from "../Page";
import { counted } from "../../shell/words";
import { short } from "../words";
import { AiAgents } from "./AiAgents";
import { EditingContext, useEditor, type Editing } from "./editing";
import { Files } from "./Files";
import { History } from "./History";
import { Journeys } from "./Journeys";
import { Market } from "./Market";
import { Publish } from "./Publish";
import { Rules } from "./Rules";
import classes from "./Specification.module.css";

interface Tab {
  tab: string;
  label: string;
  shows: ComponentType<{ item: string }>;
  fills?: boolean;
  onlyEditors?: boolean;
}

const TABS: Tab[] = [
  { tab: "files", label: "Files", shows: Files, fills: true },
  { tab: "agents", label: "AI agents", shows: AiAgents },
  { tab: "rules", label: "Rules", shows: Rules },
  { tab: "journeys", label: "Journeys", shows: Journeys },
  { tab: "publish", label: "Plan and publish", shows: Publish, onlyEditors: true },
  { tab: "history", label: "History", shows: History },
  { tab: "market", label: "Market", shows: Market },
];

/** The organisation as data: looked at, changed in a draft, planned, published, taken back. */
export function Component() {
  const { editing, error, retry } = useEditor();
  if (!editing) {
    return (
      <Page title="Specification">
        {error ? <ProblemAlert error={error} retry={retry} /> : <Loader role="status" aria-label="Loading" />}
      </Page>
    );
  }
  return (
    <EditingContext value={editing}>
      <Everything editing={editing} />
    </EditingContext>
  );
}

function Everything({ editing }: { editing: Editing }) {
  const { tab = "files", "*": item = "" } = useParams();
  const navigate = useNavigate();
  const tabs = TABS.filter(({ onlyEditors }) => editing.mayEdit || !onlyEditors);
  const chosen = tabs.find((one) => one.tab === tab) ?? tabs[0];
  if (!chosen) return null;
  const Shows = chosen.shows;
  return (
    <Page title="Specification" fills about={<About editing={editing} />} actions={<State editing={editing} />}>
      <Tabs
        value={chosen.tab}
        onChange={(to) => void navigate(`/specification/${to ?? "files"}`)}
        className={classes.tabs}
      >
        <Tabs.List aria-label="Specification">
          {tabs.map((one) => (
            <Tabs.Tab key={one.tab} value={one.tab} aria-controls="specification-panel">
              {one.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <div
        id="specification-panel"
        role="tabpanel"
        aria-label={chosen.label}
        className={classes.panel}
        data-fills={chosen.fills || undefined}
        tabIndex={chosen.fills ? undefined : 0}
      >
        <Shows item={item} />
      </div>
    </Page>
  );
}

function About({ editing }: { editing: Editing }) {
  const nameOf = useNameOf();
  const { active } = editing;
  return (
    <>
      {active.organisation}, version {short(active.content_hash)}
      {active.published_at ? (
        <>
          , published by {nameOf(active.published_by)} <When at={active.published_at} />
        </>
      ) : null}
    </>
  );
}

function State({ editing }: { editing: Editing }) {
  const navigate = useNavigate();
  const changes = Object.keys(editing.changes).length;
  const mistakes = editing.checked?.mistakes.length ?? 0;
  if (!editing.mayEdit) {
    return <Mark tone="plain">You read; leads change it</Mark>;
  }
  return (
    <Group gap="xs" aria-live="polite">
      <Text size="sm" c="dimmed">
        {editing.saving ? "Saving…" : changes ? `${counted(changes, "changed file")}, kept for you` : "No changes"}
      </Text>
      {mistakes ? <Mark tone="bad">{counted(mistakes, "mistake")}</Mark> : null}
      {changes ? (
        <Button size="xs" onClick={() => void navigate("/specification/publish")}>
          Plan and publish
        </Button>
      ) : null}
    </Group>
  );
}
