import { Button, Group, Loader, Select, Text } from "@mantine/core";
import { IconEye, IconHandStop, IconUserCheck } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";

import { ProblemError } from "../../api/client";
import { may, useMe } from "../../api/me";
import { ProblemAlert } from "../../shell/ProblemAlert";
import { When } from "../../shell/When";
import { Empty, Page } from "../Page";
import { aiName, counted, percent } from "../../shell/words";
import { inWords } from "../words";
import { useTakeOver, useVeto, useWall, type WallRow } from "./supervision";
import classes from "./Supervision.module.css";

type Tone = "low" | "some" | "high";

function toneOf(risk: number): Tone {
  return risk >= 0.5 ? "high" : risk >= 0.25 ? "some" : "low";
}

/** What AI agents do at this moment, the riskiest first, with the means to stop it. */
export function Component() {
  const wall = useWall();
  const [agent, setAgent] = useState<string | null>(null);
  const rows = wall.data?.rows ?? [];
  const agents = [...new Set(rows.map(({ watched }) => watched.ai_agent).filter((one) => one !== null))].sort();
  const shown = rows.filter(({ watched }) => agent === null || watched.ai_agent === agent);
  const risky = rows.filter(({ risk }) => toneOf(risk) === "high").length;
  return (
    <Page
      title="Supervision"
      about={
        wall.data
          ? `${counted(wall.data.total, "conversation")} with AI agents · ${risky} at high risk · live`
          : "What AI agents do at this moment."
      }
      actions={
        <Select
          aria-label="AI agent"
          placeholder="Every AI agent"
          clearable
          size="xs"
          data={agents}
          value={agent}
          onChange={setAgent}
        />
      }
    >
      {wall.error && !isUnpublished(wall.error) ? (
        <ProblemAlert error={wall.error} retry={() => void wall.refetch()} />
      ) : null}
      {wall.isPending ? <Loader role="status" aria-label="Loading" /> : null}
      {wall.data && !shown.length ? <Empty>No open conversation is with an AI agent.</Empty> : null}
      {wall.error && isUnpublished(wall.error) ? <Empty>{wall.error.message}</Empty> : null}
      <div className={classes.wall}>
        {shown.map((row) => (
          <Tile key={row.watched.conversation_id} row={row} />
        ))}
      </div>
    </Page>
  );
}

function isUnpublished(error: Error): boolean {
  return error instanceof ProblemError && error.status === 404;
}

function Tile({ row }: { row: WallRow }) {
  const { watched } = row;
  const tone = toneOf(row.risk);
  return (
    <article
      className={classes.tile}
      data-risk={tone}
      aria-label={`Conversation ${watched.conversation_id.slice(-8)}, risk ${percent(row.risk)}`}
    >
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" fw={650} truncate>
          {watched.ai_agent ? aiName(watched.ai_agent) : "No AI agent"}
          {watched.topic ? (
            <Text span size="sm" c="dimmed">
              {" · "}
              {inWords(watched.topic)}
            </Text>
          ) : null}
        </Text>
        <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
          {inWords(watched.channel)} · <When at={watched.updated_at} />
        </Text>
      </Group>
      <div className={classes.meters}>
        <span>Risk</span>
        <Meter share={row.risk} tone={tone} />
        <span>{percent(row.risk)}</span>
        <span>Confidence</span>
        <Meter share={row.confidence ?? 0} tone="low" />
        <span>{row.confidence === null ? "–" : percent(row.confidence)}</span>
      </div>
      {watched.last_words ? <div className={classes.words}>{watched.last_words}</div> : null}
      {row.causes.length ? (
        <ul className={classes.causes} aria-label="Why it is risky">
          {row.causes.map(({ cause }) => (
            <li key={cause}>{cause}</li>
          ))}
        </ul>
      ) : null}
      <Text size="xs" c="dimmed">
        {inWords(watched.mode)} · {counted(watched.exchanges, "exchange")}
        {watched.leaves_at ? (
          <>
            {" · "}a draft leaves <When at={watched.leaves_at} />
          </>
        ) : null}
      </Text>
      <Actions row={row} />
    </article>
  );
}

function Meter({ share, tone }: { share: number; tone: Tone }) {
  return (
    <div className={classes.meter} data-tone={tone} aria-hidden>
      <span style={{ width: percent(Math.max(0, Math.min(1, share))) }} />
    </div>
  );
}

function Actions({ row }: { row: WallRow }) {
  const me = useMe();
  const veto = useVeto();
  const takeOver = useTakeOver();
  const { watched } = row;
  const called = <span className="visually-hidden"> conversation {watched.conversation_id.slice(-8)}</span>;
  return (
    <div className={classes.actions}>
      <Button
        component={Link}
        to={`/inbox/all/${watched.conversation_id}`}
        size="compact-sm"
        variant="default"
        leftSection={<IconEye size={15} aria-hidden />}
      >
        Watch{called}
      </Button>
      {watched.approval_id && may(me, "human_agent") ? (
        <Button
          size="compact-sm"
          color="red"
          variant="light"
          loading={veto.isPending}
          onClick={() => veto.mutate(row)}
          leftSection={<IconHandStop size={15} aria-hidden />}
        >
          Veto the draft{called}
        </Button>
      ) : null}
      {may(me, "human_agent") ? (
        <Button
          size="compact-sm"
          loading={takeOver.isPending}
          onClick={() => takeOver.mutate(row)}
          leftSection={<IconUserCheck size={15} aria-hidden />}
        >
          Take over{called}
        </Button>
      ) : null}
    </div>
  );
}
