import '@xyflow/react/dist/style.css';
import './canvas.css';
import { useComputedColorScheme } from '@mantine/core';
import {
  applyNodeChanges,
  Background,
  Controls,
  MarkerType,
  type NodeChange,
  ReactFlow,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import { useEffect, useState } from 'react';
import {
  type ExitName,
  exitName,
  type Graph,
  type GraphEdge,
  type GraphProblem,
} from '#shared/automation/graph.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { exitLabels } from './catalogue.ts';
import { join, moveSteps, removeEdges } from './graphEdits.ts';
import { exitOrder, heightOf } from './layout.ts';
import { StepEdge, type StepFlowEdge } from './StepEdge.tsx';
import { countsOf, type StepFlowNode, StepNode } from './StepNode.tsx';

/** The canvas grows with the graph, so that steps stay readable; in px. */
const SHORTEST = 360;
const TALLEST = 3200;
const nodeTypes = { step: StepNode };
const edgeTypes = { step: StepEdge };

interface Props {
  graph: Graph;
  readOnly: boolean;
  /** Null: it never ran. */
  counts: AutomationDetail['nodeCounts'] | null;
  problems: readonly GraphProblem[];
  summaries: ReadonlyMap<string, string>;
  /** Changes when the view should show all steps again. */
  fitKey: number;
  open: (nodeId: string) => void;
  change: (graph: Graph) => void;
}

/** The graph as a picture. Everything it offers by mouse is in the panels too, for the keyboard. */
export function Canvas({ graph, readOnly, counts, problems, summaries, fitKey, open, change }: Props) {
  const colorMode = useComputedColorScheme('light');
  const [nodes, setNodes] = useState<StepFlowNode[]>([]);
  useEffect(() => {
    setNodes((old) =>
      graph.nodes.map((step) => {
        const exits = exitOrder(graph, step);
        return {
          id: step.id,
          type: 'step',
          position: step.position,
          measured: measuredAs(
            old.find(({ id }) => id === step.id),
            exits,
          ),
          deletable: false,
          data: {
            step,
            summary: summaries.get(step.id) ?? '',
            counts: counts && countsOf(counts, step.id),
            problems: problems.filter(({ nodeId }) => nodeId === step.id).length,
            exits,
            open,
          },
        };
      }),
    );
  }, [graph, counts, problems, summaries, open]);
  const onNodesChange = (changes: NodeChange<StepFlowNode>[]) =>
    setNodes((old) => applyNodeChanges(changes, old));
  return (
    <section
      className="canvas"
      aria-label="Graph of the automation"
      style={{
        ['--canvas-height' as string]: `${Math.min(TALLEST, Math.max(SHORTEST, 0.85 * heightOf(graph) + 96))}px`,
      }}
    >
      <ReactFlow
        nodes={nodes}
        edges={edgesOf(graph)}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        colorMode={colorMode}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        nodesFocusable={false}
        edgesFocusable={!readOnly}
        elementsSelectable={!readOnly}
        deleteKeyCode={readOnly ? null : ['Backspace', 'Delete']}
        minZoom={0.2}
        zoomOnScroll={false}
        preventScrolling={false}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.08 }}
        onNodesChange={onNodesChange}
        onNodeDragStop={(_event, _node, dragged) =>
          change(moveSteps(graph, new Map(dragged.map(({ id, position }) => [id, position]))))
        }
        onEdgesDelete={(removed) => change(removeEdges(graph, new Set(removed.map(({ id }) => id))))}
        onConnect={({ source, sourceHandle, target }) => {
          const exit = exitName.safeParse(sourceHandle);
          if (exit.success) change(join(graph, { nodeId: source, exit: exit.data }, target, systemNewId));
        }}
      >
        <Background />
        <Controls showInteractive={false} />
        <FitWhenAsked fitKey={fitKey} ready={nodes.length === graph.nodes.length} />
      </ReactFlow>
    </section>
  );
}

/**
 * The size a step was drawn with, as long as its exits are the same. React Flow hides a node without it until it has
 * measured it anew: a step would flicker at every change, and a click in that moment would fall through to the canvas.
 */
function measuredAs(before: StepFlowNode | undefined, exits: readonly ExitName[]): StepFlowNode['measured'] {
  return before && before.data.exits.join() === exits.join() ? before.measured : undefined;
}

function FitWhenAsked({ fitKey, ready }: { fitKey: number; ready: boolean }) {
  const { fitView } = useReactFlow();
  const height = useStore((state) => state.height);
  const width = useStore((state) => state.width);
  useEffect(() => {
    if (ready && fitKey >= 0 && height > 0 && width > 0) void fitView({ maxZoom: 1, padding: 0.08 });
  }, [fitKey, ready, height, width, fitView]);
  return null;
}

function edgesOf(graph: Graph): StepFlowEdge[] {
  return graph.edges.map(({ id, source, exit, target, loop }) => ({
    id,
    source,
    sourceHandle: exit,
    target,
    label: labelOf(exit, loop),
    type: 'step',
    data: { steps: graph.nodes, isLoop: loop !== undefined },
    markerEnd: { type: MarkerType.ArrowClosed },
  }));
}

function labelOf(exit: ExitName, loop: GraphEdge['loop']): string | undefined {
  const parts = [exitLabels[exit], loop ? `at most ${loop.maxVisits} visits` : ''];
  return parts.filter((part) => part !== '').join(', ') || undefined;
}
