import { LineChart } from "@mantine/charts";
import { Anchor, Drawer, Group, Loader, Pagination, SegmentedControl, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";

import { ProblemAlert } from "../../shell/ProblemAlert";
import { When } from "../../shell/When";
import { customerName } from "../../shell/words";
import { Scrolls, pageClasses } from "../Page";
import { inWords } from "../words";
import { ROWS, shown, useFigureRows, type Figure, type FigureRow, type Figures } from "./figures";

interface Given {
  figure: Figure;
  all: Figures;
  onClose: () => void;
}

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** A figure by day, and every conversation that it counts. */
export function FigureDrawer({ figure, all, onClose }: Given) {
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={figure.label}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack gap="md">
        <Text size="sm">{figure.definition}</Text>
        <Chart figure={figure} currency={all.currency} />
        <Rows figure={figure} all={all} />
      </Stack>
    </Drawer>
  );
}

function Chart({ figure, currency }: { figure: Figure; currency: string }) {
  const data = figure.series.map(({ at, value, n }) => ({ day: day.format(new Date(at)), value, n }));
  if (data.filter(({ value }) => value !== null).length < 2) return null;
  return (
    <figure style={{ margin: 0 }} aria-label={`${figure.label} by day`}>
      <LineChart
        h={210}
        data={data}
        dataKey="day"
        series={[{ name: "value", label: figure.label, color: "holdfast.6" }]}
        valueFormatter={(value) => shown(value, figure.unit, currency)}
        connectNulls
        curveType="linear"
        withDots
        yAxisProps={{ width: 64 }}
      />
    </figure>
  );
}

function Rows({ figure, all }: { figure: Figure; all: Figures }) {
  const [part, setPart] = useState<string | null>(null);
  const [page, setPage] = useState(0);
  const rows = useFigureRows(figure.key, all.period, part, page);
  const parts = Object.entries(figure.parts);
  const choose = (chosen: string) => {
    setPart(chosen === "" ? null : chosen);
    setPage(0);
  };
  return (
    <Stack gap="sm">
      {parts.length > 1 ? (
        <div className={pageClasses.scroll}>
          <SegmentedControl
            aria-label="Which part"
            size="xs"
            value={part ?? ""}
            onChange={choose}
            data={[
              { value: "", label: `All (${figure.n})` },
              ...parts.map(([name, n]) => ({ value: name, label: `${inWords(name)} (${n})` })),
            ]}
          />
        </div>
      ) : null}
      {rows.error ? <ProblemAlert error={rows.error} retry={() => void rows.refetch()} /> : null}
      {rows.isPending ? <Loader role="status" aria-label="Loading" /> : null}
      {rows.data ? <RowsTable rows={rows.data.rows} figure={figure} currency={all.currency} /> : null}
      {rows.data && rows.data.total > ROWS ? (
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {rows.data.total.toLocaleString()} in all
          </Text>
          <Pagination
            size="sm"
            value={page + 1}
            onChange={(chosen) => setPage(chosen - 1)}
            total={Math.ceil(rows.data.total / ROWS)}
            getControlProps={(control) => ({ "aria-label": `${control} page` })}
            getItemProps={(number) => ({ "aria-label": `Page ${number}` })}
          />
        </Group>
      ) : null}
    </Stack>
  );
}

function RowsTable({ rows, figure, currency }: { rows: FigureRow[]; figure: Figure; currency: string }) {
  const hasAmount = rows.some(({ amount }) => amount !== null);
  const hasSide = rows.some(({ holds }) => holds !== null);
  const hasPart = rows.some(({ part }) => part !== null);
  return (
    <Scrolls label="What is counted">
      <Table striped>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Conversation</Table.Th>
            <Table.Th scope="col">When</Table.Th>
            {hasSide ? <Table.Th scope="col">Holds</Table.Th> : null}
            {hasAmount ? <Table.Th scope="col">{figure.unit === "money" ? "Cost" : "Took"}</Table.Th> : null}
            {hasPart ? <Table.Th scope="col">Part</Table.Th> : null}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, number) => (
            <Table.Tr key={`${row.conversation_id}-${row.at}-${number}`}>
              <Table.Td>
                <Anchor component={Link} inherit to={`/inbox/all/${row.conversation_id}`}>
                  {customerName(null, row.conversation_id)}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <When at={row.at} as="brief" />
              </Table.Td>
              {hasSide ? <Table.Td>{row.holds === null ? "" : row.holds ? "yes" : "no"}</Table.Td> : null}
              {hasAmount ? <Table.Td>{shown(row.amount, figure.unit, currency)}</Table.Td> : null}
              {hasPart ? <Table.Td>{row.part ? inWords(row.part) : ""}</Table.Td> : null}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolls>
  );
}
