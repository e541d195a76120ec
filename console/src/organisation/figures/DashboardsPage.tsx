import { Loader, SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";

import { ProblemAlert } from "../../shell/ProblemAlert";
import { Empty, Page, pageClasses, Section } from "../Page";
import { inWords } from "../words";
import { FigureDrawer } from "./FigureDrawer";
import { FigureTile } from "./FigureTile";
import { shown, useFigures, type Figure, type Figures } from "./figures";
import { ServiceLevels } from "./ServiceLevels";
import classes from "./Figures.module.css";

const PERIODS = [
  { value: "1", label: "24 hours" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
];

/** How the organisation does, and what every figure rests on. */
export function Component() {
  const [days, setDays] = useState("30");
  const figures = useFigures(Number(days));
  const { figure: opened } = useParams();
  const navigate = useNavigate();
  const open = figures.data?.figures.find(({ key }) => key === opened);
  return (
    <Page
      title="Dashboards"
      about="Every figure says how it is counted, what it rests on, and opens the conversations behind it."
      actions={<SegmentedControl aria-label="Time" size="xs" data={PERIODS} value={days} onChange={setDays} />}
    >
      {figures.error ? <ProblemAlert error={figures.error} retry={() => void figures.refetch()} /> : null}
      {figures.isPending ? <Loader role="status" aria-label="Loading" /> : null}
      {figures.data ? <Everything all={figures.data} onOpen={(key) => void navigate(`/dashboards/${key}`)} /> : null}
      {figures.data && open ? (
        <FigureDrawer figure={open} all={figures.data} onClose={() => void navigate("/dashboards")} />
      ) : null}
    </Page>
  );
}

function Everything({ all, onOpen }: { all: Figures; onOpen: (key: string) => void }) {
  const approvals = all.figures.filter(({ key }) => key.startsWith("approval"));
  const cost = all.figures.filter(({ unit }) => unit === "money");
  const others = all.figures.filter((figure) => !approvals.includes(figure) && !cost.includes(figure));
  const open = all.figures.find(({ key }) => key === "approvals_open");
  return (
    <>
      <Section title="Conversations">
        <Tiles figures={others} currency={all.currency} onOpen={onOpen} />
      </Section>
      <Section title="Approvals" about="What waits for a person, how long, and what became of it.">
        <Tiles figures={approvals} currency={all.currency} onOpen={onOpen} />
        {open && Object.keys(open.parts).length ? <Ages figure={open} /> : null}
      </Section>
      <Section title="Cost">
        <Tiles figures={cost} currency={all.currency} onOpen={onOpen} />
        <Text size="sm" mt="sm">
          {all.usage.calls.toLocaleString()} calls of models, {all.usage.input_tokens.toLocaleString()} tokens in,{" "}
          {all.usage.output_tokens.toLocaleString()} out: {shown(Number(all.usage.cost), "money", all.currency)}.
          {all.usage.unpriced_calls ? ` ${all.usage.unpriced_calls} calls have no price, and are left out.` : ""}
          {all.usage.estimated_calls ? ` Of ${all.usage.estimated_calls} the tokens are estimated.` : ""}
        </Text>
      </Section>
      <Section
        title="Service levels"
        about="The error budget is what may go against a target. A burn rate of 1× spends it exactly in the period."
      >
        {all.service_levels.length ? (
          <ServiceLevels levels={all.service_levels} />
        ) : (
          <Empty>The specification promises nothing yet: add `success` to an AI agent, or service levels.</Empty>
        )}
      </Section>
      <Text size="xs" c="dimmed" mt="lg">
        Days by the clock of {all.timezone}. Where a time is counted, who still waits counts with the time so far.
      </Text>
    </>
  );
}

interface TilesGiven {
  figures: Figure[];
  currency: string;
  onOpen: (key: string) => void;
}

function Tiles({ figures, currency, onOpen }: TilesGiven) {
  return (
    <div className={classes.tiles}>
      {figures.map((figure) => (
        <FigureTile key={figure.key} figure={figure} currency={currency} onOpen={() => onOpen(figure.key)} />
      ))}
    </div>
  );
}

function Ages({ figure }: { figure: Figure }) {
  const most = Math.max(1, ...Object.values(figure.parts));
  return (
    <div className={pageClasses.card} style={{ marginTop: 12 }}>
      <Text size="sm" fw={600} mb="xs">
        Open approvals by age
      </Text>
      <div className={classes.bars}>
        {Object.entries(figure.parts).map(([age, n]) => (
          <Bar key={age} age={age} n={n} share={n / most} />
        ))}
      </div>
    </div>
  );
}

function Bar({ age, n, share }: { age: string; n: number; share: number }) {
  return (
    <>
      <span>{inWords(age)}</span>
      <span className={classes.bar} style={{ width: `${share * 100}%` }} aria-hidden />
      <span>{n}</span>
    </>
  );
}
