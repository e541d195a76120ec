import { ActionIcon, Button, Popover, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";

import { counted } from "../../shell/words";
import { shown, type Figure } from "./figures";
import { Sparkline } from "./Sparkline";
import classes from "./Figures.module.css";

interface Given {
  figure: Figure;
  currency: string;
  onOpen: () => void;
}

/** A figure with what it rests on; it opens what it counts. */
export function FigureTile({ figure, currency, onOpen }: Given) {
  const interval = figure.low !== null && figure.high !== null;
  return (
    <article className={classes.tile} aria-label={figure.label}>
      <div className={classes.label}>
        <h3 style={{ font: "inherit", margin: 0 }}>{figure.label}</h3>
        <Popover width={300} withArrow position="bottom-end" trapFocus returnFocus>
          <Popover.Target>
            <ActionIcon size="sm" aria-label={`How “${figure.label}” is counted`}>
              <IconInfoCircle size={16} aria-hidden />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown aria-label="Definition">
            <Text size="sm">{figure.definition}</Text>
          </Popover.Dropdown>
        </Popover>
      </div>
      <div className={classes.value}>{shown(figure.value, figure.unit, currency)}</div>
      <Text size="xs" c="dimmed">
        {figure.n ? `n = ${figure.n.toLocaleString()}` : "nothing to count yet"}
        {figure.n && interval ? (
          <>
            {" · 95% "}
            {shown(figure.low, figure.unit, currency)} to {shown(figure.high, figure.unit, currency)}
          </>
        ) : null}
      </Text>
      <Sparkline series={figure.series} />
      {figure.n ? (
        <Button className={classes.open} variant="subtle" size="compact-xs" onClick={onOpen}>
          Open {counted(figure.n, "row")}
          <span className="visually-hidden"> of {figure.label}</span>
        </Button>
      ) : null}
    </article>
  );
}
