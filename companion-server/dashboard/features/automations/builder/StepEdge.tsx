import { BaseEdge, type Edge, type EdgeProps, getSmoothStepPath } from '@xyflow/react';
import type { Graph } from '#shared/automation/graph.ts';
import { laneBack, laneBeside } from './lane.ts';

export type StepFlowEdge = Edge<{ steps: Graph['nodes']; isLoop: boolean }, 'step'>;

/** How far an edge runs straight before it turns into its lane. */
const STRAIGHT = 20;

/** An edge that never runs behind a step. One that leads back is dashed. */
export function StepEdge({ data, sourceX, sourceY, targetX, targetY, ...props }: EdgeProps<StepFlowEdge>) {
  const steps = data?.steps.map(({ position }) => position) ?? [];
  const [from, to] = [
    { x: sourceX, y: sourceY },
    { x: targetX, y: targetY },
  ];
  const style = data?.isLoop ? { strokeDasharray: '6 4' } : undefined;
  const lane = targetY < sourceY ? laneBack(steps, from, to) : laneBeside(steps, from, to);
  if (lane !== null) {
    const path = `M ${sourceX},${sourceY} V ${sourceY + STRAIGHT} H ${lane} V ${targetY - STRAIGHT} H ${targetX} V ${targetY}`;
    const labelY = targetY < sourceY ? (sourceY + targetY) / 2 : sourceY + 2 * STRAIGHT;
    return <BaseEdge path={path} labelX={lane} labelY={labelY} style={style} {...labelOf(props)} />;
  }
  const [path, labelX, labelY] = getSmoothStepPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition: props.sourcePosition,
    targetPosition: props.targetPosition,
  });
  return <BaseEdge path={path} labelX={labelX} labelY={labelY} style={style} {...labelOf(props)} />;
}

function labelOf({ id, label, markerEnd }: Pick<EdgeProps<StepFlowEdge>, 'id' | 'label' | 'markerEnd'>) {
  return { id, label, markerEnd };
}
