import { STEP_HEIGHT, STEP_WIDTH } from './layout.ts';

/** Distance of a lane from the steps it passes. */
const BESIDE = 24;

interface Point {
  x: number;
  y: number;
}

/** Where an edge that would run behind other steps passes beside them instead; null: its way is free. */
export function laneBeside(steps: readonly Point[], from: Point, to: Point): number | null {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const inTheWay = steps.filter(
    ({ x, y }) =>
      y > from.y && y + STEP_HEIGHT < to.y && x - BESIDE < right && x + STEP_WIDTH + BESIDE > left,
  );
  if (inTheWay.length === 0) return null;
  const before = Math.min(...inTheWay.map(({ x }) => x)) - BESIDE;
  const after = Math.max(...inTheWay.map(({ x }) => x)) + STEP_WIDTH + BESIDE;
  const detour = (lane: number) => Math.abs(lane - from.x) + Math.abs(lane - to.x);
  return detour(before) <= detour(after) ? before : after;
}

/** Where an edge that leads back up passes: the nearest lane that no step on its height stands in. */
export function laneBack(steps: readonly Point[], from: Point, to: Point): number {
  const besides = steps.filter(({ y }) => y < from.y + BESIDE && y + STEP_HEIGHT > to.y - BESIDE);
  const lanes = besides
    .flatMap(({ x }) => [x - BESIDE, x + STEP_WIDTH + BESIDE])
    .filter((lane) => besides.every(({ x }) => lane < x || lane > x + STEP_WIDTH));
  const detour = (lane: number) => Math.abs(lane - from.x) + Math.abs(lane - to.x);
  return lanes.reduce((best, lane) => (detour(lane) < detour(best) ? lane : best), lanes[0] ?? from.x);
}
