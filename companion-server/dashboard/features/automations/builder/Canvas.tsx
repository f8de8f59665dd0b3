import '@xyflow/react/dist/style.css';
import './canvas.css';
import { useComputedColorScheme } from '@mantine/core';
import {
  applyNodeChanges,
  Background,
  Controls,
  type Edge,
  MarkerType,
  type NodeChange,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react';
import { useEffect, useState } from 'react';
import { exitName, type Graph, type GraphProblem } from '#shared/automation/graph.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { exitLabels } from './catalogue.ts';
import { join, moveSteps, removeEdges } from './graphEdits.ts';
import { type StepFlowNode, StepNode } from './StepNode.tsx';

const nodeTypes = { step: StepNode };

interface Props {
  graph: Graph;
  readOnly: boolean;
  counts: AutomationDetail['nodeCounts'];
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
    setNodes(
      graph.nodes.map((step) => ({
        id: step.id,
        type: 'step',
        position: step.position,
        deletable: false,
        data: {
          step,
          summary: summaries.get(step.id) ?? '',
          counts: counts.find(({ nodeId }) => nodeId === step.id),
          problems: problems.filter(({ nodeId }) => nodeId === step.id).length,
          open,
        },
      })),
    );
  }, [graph, counts, problems, summaries, open]);
  const onNodesChange = (changes: NodeChange<StepFlowNode>[]) =>
    setNodes((old) => applyNodeChanges(changes, old));
  return (
    <section className="canvas" aria-label="Graph of the automation">
      <ReactFlow
        nodes={nodes}
        edges={edgesOf(graph)}
        nodeTypes={nodeTypes}
        colorMode={colorMode}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        nodesFocusable={false}
        edgesFocusable={!readOnly}
        elementsSelectable={!readOnly}
        deleteKeyCode={readOnly ? null : ['Backspace', 'Delete']}
        minZoom={0.2}
        fitView
        fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
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

function FitWhenAsked({ fitKey, ready }: { fitKey: number; ready: boolean }) {
  const { fitView } = useReactFlow();
  useEffect(() => {
    if (ready && fitKey >= 0) void fitView({ maxZoom: 1, padding: 0.15 });
  }, [fitKey, ready, fitView]);
  return null;
}

function edgesOf(graph: Graph): Edge[] {
  return graph.edges.map(({ id, source, exit, target }) => ({
    id,
    source,
    sourceHandle: exit,
    target,
    label: exitLabels[exit] || undefined,
    type: 'smoothstep',
    markerEnd: { type: MarkerType.ArrowClosed },
  }));
}
