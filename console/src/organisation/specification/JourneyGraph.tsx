import "@xyflow/react/dist/style.css";

import dagre from "@dagrejs/dagre";
import { useComputedColorScheme } from "@mantine/core";
import {
  Background,
  BackgroundVariant,
  Controls,
  Handle,
  MarkerType,
  Position,
  ReactFlow,
  type Edge,
  type Node,
  type NodeProps,
} from "@xyflow/react";
import { useMemo } from "react";

import { percent } from "../../shell/words";
import { inWords } from "../words";
import type { Graph, GraphNode } from "./specification";
import classes from "./Specification.module.css";

type StepNode = Node<{ step: GraphNode }, "step">;

const WIDTH = 230;
const HEIGHT = 112;
const LEGIBLE = 0.85;
const MARGIN = 96;
const MUCH = 0.2;
const NODE_TYPES = { step: Step };

/**
 * The steps from the top downwards; each says how many came, how many are there, and who dropped off.
 *
 * It is as tall as its steps need to be read, and the wheel scrolls the page.
 */
export default function JourneyGraph({ graph }: { graph: Graph }) {
  const isDark = useComputedColorScheme("light") === "dark";
  const { nodes, edges, height } = useMemo(() => laidOut(graph), [graph]);
  return (
    <div
      className={classes.graph}
      role="group"
      aria-label={`${graph.title} as a graph`}
      style={{ maxHeight: height * LEGIBLE + MARGIN }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={isDark ? "dark" : "light"}
        fitView
        fitViewOptions={{ padding: "24px", maxZoom: 1 }}
        minZoom={0.2}
        preventScrolling={false}
        zoomOnScroll={false}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={18} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

function Step({ data: { step } }: NodeProps<StepNode>) {
  const { funnel } = step;
  return (
    <div className={classes.node} data-first={step.first || undefined} data-drops={step.drop_off >= MUCH || undefined}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <strong>{inWords(step.id)}</strong> · {inWords(step.kind)}
      <div className={classes.nodeText}>{step.text}</div>
      {funnel ? (
        <div className={classes.counts}>
          <span>{funnel.came} came</span>
          <span>{funnel.under_way} there</span>
          {funnel.dropped_off ? (
            <span style={{ color: "var(--hf-danger)" }}>
              {funnel.dropped_off} left ({percent(step.drop_off)})
            </span>
          ) : null}
        </div>
      ) : (
        <div className={classes.counts}>nobody yet</div>
      )}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}

function laidOut(graph: Graph): { nodes: StepNode[]; edges: Edge[]; height: number } {
  const layout = new dagre.graphlib.Graph({ multigraph: true });
  layout.setGraph({ rankdir: "TB", nodesep: 36, ranksep: 58 });
  layout.setDefaultEdgeLabel(() => ({}));
  for (const { id } of graph.nodes) layout.setNode(id, { width: WIDTH, height: HEIGHT });
  graph.edges.forEach(({ source, target }, number) => layout.setEdge(source, target, {}, String(number)));
  dagre.layout(layout);
  const nodes = graph.nodes.map((step): StepNode => {
    const at = layout.node(step.id);
    return { id: step.id, type: "step", position: { x: at.x - WIDTH / 2, y: at.y - HEIGHT / 2 }, data: { step } };
  });
  const edges = graph.edges.map(({ source, target, label }, number): Edge => ({
    id: `${source}-${target}-${number}`,
    source,
    target,
    label: label || undefined,
    markerEnd: { type: MarkerType.ArrowClosed },
    labelStyle: { fill: "var(--mantine-color-text)", fontSize: 12 },
    labelBgStyle: { fill: "var(--hf-list)" },
    focusable: false,
  }));
  return { nodes, edges, height: layout.graph().height ?? 0 };
}
