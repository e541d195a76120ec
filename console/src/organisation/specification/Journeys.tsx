import { Anchor, Group, Loader, Select, Table, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { Link, useNavigate } from "react-router";

import { ProblemAlert } from "../../shell/ProblemAlert";
import { Mark } from "../Mark";
import { Empty, Scrolls } from "../Page";
import { counted, percent } from "../../shell/words";
import { duration, inWords } from "../words";
import { useEditing } from "./editing";
import { useGraph, type Graph } from "./specification";

const JourneyGraph = lazy(() => import("./JourneyGraph"));
const DAYS = ["7", "30", "90", "365"].map((value) => ({ value, label: `of the last ${value} days` }));

/** A journey as a graph, with how many customers are where, and where they drop off. */
export function Journeys({ item }: { item: string }) {
  const { active, files } = useEditing();
  const navigate = useNavigate();
  const [days, setDays] = useState("90");
  const first = active.journeys.find(({ runs }) => runs) ?? active.journeys[0];
  const chosen = active.journeys.find(({ id }) => id === item) ?? first;
  if (!chosen) return <Empty>There is no journey yet. Make one under Files, or take one from the market.</Empty>;
  const path = `journeys/${chosen.id}.yaml`;
  return (
    <>
      <Group mb="sm" gap="sm">
        <Select
          aria-label="Journey"
          data={active.journeys.map(({ id, title }) => ({ value: id, label: title }))}
          value={chosen.id}
          onChange={(id) => void navigate(`/specification/journeys/${id ?? ""}`)}
          allowDeselect={false}
          w={360}
          maw="100%"
        />
        <Select
          aria-label="Time"
          data={DAYS}
          value={days}
          onChange={(to) => setDays(to ?? "90")}
          allowDeselect={false}
          w={190}
        />
        {chosen.runs ? null : <Mark tone="plain">Only to be read</Mark>}
        {path in files ? (
          <Anchor component={Link} inherit to={`/specification/files/${path}`}>
            Its file
          </Anchor>
        ) : null}
      </Group>
      <Shown key={chosen.id} journey={chosen.id} days={Number(days)} />
    </>
  );
}

function Shown({ journey, days }: { journey: string; days: number }) {
  const graph = useGraph(journey, days);
  if (graph.isPending) return <Loader role="status" aria-label="Loading" />;
  if (graph.error) return <ProblemAlert error={graph.error} retry={() => void graph.refetch()} />;
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {counted(graph.data.nodes.length, "step")}
        {graph.data.entered_by.length
          ? `, entered by ${graph.data.entered_by.map(inWords).join(", ").toLowerCase()}`
          : ""}
        . Counts are live.
      </Text>
      <Suspense fallback={<Loader role="status" aria-label="Loading" />}>
        <JourneyGraph graph={graph.data} />
      </Suspense>
      <Steps graph={graph.data} />
    </>
  );
}

/** The same as a table, for whoever reads it aloud, prints it or has a small screen. */
function Steps({ graph }: { graph: Graph }) {
  return (
    <Scrolls label="Steps">
      <Table mt="md">
        <Table.Caption style={{ captionSide: "top", textAlign: "left" }}>Step by step</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {["Step", "What happens", "Then", "Came", "Done", "There now", "Dropped off", "Took"].map((name) => (
              <Table.Th key={name} scope="col">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {graph.nodes.map((node) => (
            <Table.Tr key={node.id}>
              <Table.Th scope="row">{inWords(node.id)}</Table.Th>
              <Table.Td>
                <Text size="xs" c="dimmed">
                  {inWords(node.kind)}
                  {node.owner ? `, ${node.owner}` : ""}
                </Text>
                <Text size="sm" lineClamp={2} maw={360}>
                  {node.text}
                </Text>
              </Table.Td>
              <Table.Td>{waysOf(graph, node.id)}</Table.Td>
              <Table.Td>{node.funnel?.came ?? 0}</Table.Td>
              <Table.Td>{node.funnel?.done ?? 0}</Table.Td>
              <Table.Td>{node.funnel?.under_way ?? 0}</Table.Td>
              <Table.Td>{node.funnel ? `${node.funnel.dropped_off} (${percent(node.drop_off)})` : "0"}</Table.Td>
              <Table.Td>{node.funnel?.median_seconds ? duration(node.funnel.median_seconds) : ""}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolls>
  );
}

function waysOf(graph: Graph, step: string): string {
  const ways = graph.edges.filter(({ source }) => source === step);
  return (
    ways.map(({ target, label }) => (label ? `${label}: ${inWords(target)}` : inWords(target))).join("; ") || "ends"
  );
}
