import type { Graph } from './graph.ts';
import type { Advance, EnrollmentEvent, EnrollmentState, Facts } from './state.ts';

/** What the reducer may know besides its state: everything injected, so that it stays pure. */
export interface AdvanceContext {
  /** Schedule time, unix ms UTC. */
  now: number;
  facts: Facts;
  /** Ids for the cursors of new parallel branches. */
  newCursorId: () => string;
}

/** The state of an enrollment that was not started: Ready, no branches. */
export function initialState(): EnrollmentState {
  return { status: 'ready', reason: null, cursors: [], visited: [], transitions: 0 };
}

/**
 * Moves one enrollment by one event. Pure and total: an event that no longer applies (late, duplicate, for an
 * ended branch, after the end) gives the same state and no commands.
 */
export function advance(
  state: EnrollmentState,
  _event: EnrollmentEvent,
  _graph: Graph,
  _context: AdvanceContext,
): Advance {
  return { state, commands: [], passed: [] };
}
