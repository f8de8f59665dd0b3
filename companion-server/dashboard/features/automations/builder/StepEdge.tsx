import { BaseEdge, type Edge, type EdgeProps, getSmoothStepPath } from '@xyflow/react';
import type { Graph } from '#shared/automation/graph.ts';
import { laneBeside } from './lane.ts';

export type StepFlowEdge = Edge<{ steps: Graph['nodes'] }, 'step'>;

/** How far an edge runs straight before it turns into its lane. */
const STRAIGHT = 20;

/** An edge that never runs behind a step. */
export function StepEdge({ data, sourceX, sourceY, targetX, targetY, ...props }: EdgeProps<StepFlowEdge>) {
  const steps = data?.steps.map(({ position }) => position) ?? [];
  const lane = laneBeside(steps, { x: sourceX, y: sourceY }, { x: targetX, y: targetY });
  if (lane !== null) {
    const path = `M ${sourceX},${sourceY} V ${sourceY + STRAIGHT} H ${lane} V ${targetY - STRAIGHT} H ${targetX} V ${targetY}`;
    return <BaseEdge path={path} labelX={lane} labelY={sourceY + 2 * STRAIGHT} {...labelOf(props)} />;
  }
  const [path, labelX, labelY] = getSmoothStepPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition: props.sourcePosition,
    targetPosition: props.targetPosition,
  });
  return <BaseEdge path={path} labelX={labelX} labelY={labelY} {...labelOf(props)} />;
}

function labelOf({ id, label, markerEnd }: Pick<EdgeProps<StepFlowEdge>, 'id' | 'label' | 'markerEnd'>) {
  return { id, label, markerEnd };
}
