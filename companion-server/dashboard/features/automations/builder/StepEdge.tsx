import { BaseEdge, type Edge, type EdgeProps, getSmoothStepPath } from '@xyflow/react';
import type { Graph } from '#shared/automation/graph.ts';
import { laneBack, laneBeside } from './lane.ts';

export type StepFlowEdge = Edge<{ steps: Graph['nodes']; isLoop: boolean }, 'step'>;

/** How far an edge runs straight before it turns into its lane. */
const STRAIGHT = 20;
/** The same for one that leads back, so that it does not run along those that lead on. */
const STRAIGHT_BACK = 8;

/**
 * An edge that never runs behind a step. One that leads back is dashed. The others are named where they leave, so that
 * the names of exits with one target do not cover each other.
 */
export function StepEdge({ data, sourceX, sourceY, targetX, targetY, ...props }: EdgeProps<StepFlowEdge>) {
  const steps = data?.steps.map(({ position }) => position) ?? [];
  const [from, to] = [
    { x: sourceX, y: sourceY },
    { x: targetX, y: targetY },
  ];
  const style = data?.isLoop ? { strokeDasharray: '6 4' } : undefined;
  const leaving = { labelX: sourceX, labelY: sourceY + STRAIGHT };
  const isBack = targetY < sourceY;
  const lane = isBack ? laneBack(steps, from, to) : laneBeside(steps, from, to);
  if (lane !== null) {
    const path = `M ${sourceX},${sourceY} V ${sourceY + (isBack ? STRAIGHT_BACK : STRAIGHT)} H ${lane} V ${targetY - STRAIGHT} H ${targetX} V ${targetY}`;
    const place = isBack ? { labelX: lane, labelY: (sourceY + targetY) / 2 } : leaving;
    return <BaseEdge path={path} style={style} {...place} {...labelOf(props)} />;
  }
  const [path] = getSmoothStepPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition: props.sourcePosition,
    targetPosition: props.targetPosition,
  });
  return <BaseEdge path={path} style={style} {...leaving} {...labelOf(props)} />;
}

function labelOf({ id, label, markerEnd }: Pick<EdgeProps<StepFlowEdge>, 'id' | 'label' | 'markerEnd'>) {
  return { id, label, markerEnd };
}
