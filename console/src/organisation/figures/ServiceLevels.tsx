import { Table, Text } from "@mantine/core";

import { Mark, type Tone } from "../Mark";
import { Scrolls } from "../Page";
import { percent } from "../../shell/words";
import { duration, inWords } from "../words";
import type { Measurement } from "./figures";
import classes from "./Figures.module.css";

const TONES: Record<Measurement["state"], Tone> = {
  met: "good",
  at_risk: "wait",
  missed: "bad",
  too_few: "plain",
  not_measured: "plain",
};

/** Service levels and success measures: what is promised, how it stands, and what is left of the error budget. */
export function ServiceLevels({ levels }: { levels: Measurement[] }) {
  return (
    <Scrolls label="Service levels">
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Promise</Table.Th>
            <Table.Th scope="col">Whose</Table.Th>
            <Table.Th scope="col">Target</Table.Th>
            <Table.Th scope="col">Measured</Table.Th>
            <Table.Th scope="col">State</Table.Th>
            <Table.Th scope="col" style={{ minWidth: 150 }}>
              Error budget left
            </Table.Th>
            <Table.Th scope="col">Burn rate</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {levels.map((level) => (
            <Level key={`${level.objective.metric}-${level.objective.ai_agent}`} level={level} />
          ))}
        </Table.Tbody>
      </Table>
    </Scrolls>
  );
}

function Level({ level }: { level: Measurement }) {
  const { objective, measured } = level;
  const counts = level.state !== "not_measured" && measured.n > 0;
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={600}>
          {inWords(objective.metric)}
        </Text>
        <Text size="xs" c="dimmed" maw={340}>
          {level.definition}
        </Text>
      </Table.Td>
      <Table.Td>{objective.ai_agent ?? "organisation"}</Table.Td>
      <Table.Td>{target(level)}</Table.Td>
      <Table.Td>
        {counts ? percent(measured.share, 1) : "–"}
        <Text size="xs" c="dimmed">
          {counts ? `n = ${measured.n} · ${percent(measured.low, 1)} to ${percent(measured.high, 1)}` : level.why}
        </Text>
      </Table.Td>
      <Table.Td>
        <Mark tone={TONES[level.state]} title={level.why}>
          {inWords(level.state)}
        </Mark>
      </Table.Td>
      <Table.Td>{counts ? <Budget left={level.budget_left} /> : "–"}</Table.Td>
      <Table.Td>
        <BurnRate hours={level.long.hours} rate={level.long.rate} />
        <BurnRate hours={level.short.hours} rate={level.short.rate} />
      </Table.Td>
    </Table.Tr>
  );
}

function target({ objective }: Measurement): string {
  if (objective.target === null) return "–";
  const isShare = objective.target <= 1;
  return isShare ? percent(objective.target, 0) : `${percent(objective.share, 0)} within ${duration(objective.target)}`;
}

function Budget({ left }: { left: number }) {
  const rest = Math.max(0, Math.min(1, left));
  return (
    <>
      <div className={classes.meter} data-spent={left <= 0 || undefined} aria-hidden>
        <span style={{ width: `${left <= 0 ? 100 : rest * 100}%` }} />
      </div>
      <Text size="xs" c={left <= 0 ? "var(--hf-danger)" : "dimmed"}>
        {left <= 0 ? `spent ${(1 - left).toFixed(1)} times over` : `${percent(rest)} left`}
      </Text>
    </>
  );
}

function BurnRate({ hours, rate }: { hours: number; rate: number | null }) {
  return (
    <Text size="xs" style={{ whiteSpace: "nowrap" }}>
      {rate === null ? "–" : `${rate.toFixed(1)}×`}{" "}
      <Text span size="xs" c="dimmed">
        in {hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} d`}
      </Text>
    </Text>
  );
}
