import fc from 'fast-check';
import { expect, it } from 'vitest';
import { reachesAhead } from '#shared/automation/paths.ts';
import { advance, isFinal } from '#shared/automation/reducer.ts';
import { variantOf } from '#shared/automation/split.ts';
import type { EnrollmentEvent, EnrollmentState } from '#shared/automation/state.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { limits } from '#shared/kernel/limits.ts';
import { delay, end, graphOf, node, noFacts } from '../support/graphs.ts';
import { anyGraph, anySteps, runFairly, runSteps } from '../support/reducerRuns.ts';

it('is pure, bounded, and starts no step twice', () => {
  fc.assert(
    fc.property(anyGraph, anySteps, (graph, steps) => {
      const begun = new Set<string>();
      runSteps(graph, steps, (before, event, { state, commands }) => {
        expect(state.transitions).toBeLessThanOrEqual(limits.enrollmentTransitions);
        expect(new Set(state.cursors.map((cursor) => cursor.id)).size).toBe(state.cursors.length);
        expect(new Set(state.visited).size).toBe(state.visited.length);
        for (const command of commands) {
          if (command.type !== 'create_task') continue;
          expect(command.visit).toBeLessThanOrEqual(limits.nodeVisits);
          const key = `${command.nodeId}/${command.visit}`;
          const again = before.cursors.some(
            (cursor) =>
              cursor.id === command.cursorId && cursor.state === 'acting' && cursor.nodeId === command.nodeId,
          );
          expect(begun.has(key)).toBe(again && event.type === 'resumed');
          begun.add(key);
        }
      });
    }),
    { numRuns: 400 },
  );
});

it('never changes the state it is given', () => {
  fc.assert(
    fc.property(anyGraph, anySteps, (graph, steps) => {
      let last: { given: EnrollmentState; copy: EnrollmentState } | null = null;
      runSteps(graph, steps, (before, _event, { state }) => {
        if (last) expect(last.given).toEqual(last.copy);
        expect(before).toEqual(last?.copy ?? before);
        last = { given: state, copy: structuredClone(state) };
      });
    }),
    { numRuns: 200 },
  );
});

it('starts nothing while paused or after the end, and every live branch has something that moves it', () => {
  fc.assert(
    fc.property(anyGraph, anySteps, (graph, steps) => {
      runSteps(graph, steps, (before, event, { state, commands }) => {
        const started = commands.filter((command) => command.type !== 'cancel_task').length;
        if (state.status === 'paused') expect(started).toBe(0);
        if (isFinal(before.status)) {
          expect(started).toBe(0);
          expect(isFinal(state.status)).toBe(true);
        }
        const live = state.cursors.filter((cursor) => cursor.state !== 'ended');
        expect(isFinal(state.status) && live.length > 0).toBe(false);
        if (event.type === 'replied' && !isFinal(before.status)) expect(state.status).toBe('paused');
        for (const cursor of live) {
          const movable =
            cursor.state === 'acting' ||
            cursor.wakeAt !== null ||
            cursor.waitsFor === 'fresh_read' ||
            (cursor.waitsFor === 'join' && live.some(({ waitsFor }) => waitsFor !== 'join')) ||
            // A resume looks at everything again.
            state.status === 'paused';
          expect(movable).toBe(true);
        }
        if (live.length === 0 && state.cursors.length > 0) expect(isFinal(state.status)).toBe(true);
      });
    }),
    { numRuns: 400 },
  );
});

it('comes to an end in a world where everything waited for comes, whatever fails on the way', () => {
  fc.assert(
    fc.property(anyGraph, fc.array(fc.nat(100), { minLength: 1, maxLength: 30 }), (graph, draws) => {
      const { state } = runFairly(graph, draws);
      expect(isFinal(state.status)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

it('a loop that never leaves its steps ends at the bound of transitions, not before and not after', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 2, max: limits.nodeVisits }),
      (length, maxVisits) => {
        const ids = Array.from({ length }, (_, n) => `d${n}`);
        const chain = ids.slice(1).map((id, n) => `d${n}>${id}`);
        const { nodes, edges } = graphOf(
          [...ids.map((id) => delay(id, HOUR)), end('over')],
          [...chain, `d${length - 1}>d0`, `d${length - 1}>over`],
        );
        const looped = edges.map((edge) =>
          edge.target === 'd0' && edge.source !== 'sender' ? { ...edge, loop: { maxVisits } } : edge,
        );
        const { state, rounds } = runFairly({ nodes, edges: looped }, [1]);
        expect(isFinal(state.status)).toBe(true);
        expect(state.transitions).toBeLessThanOrEqual(limits.enrollmentTransitions);
        expect(rounds).toBeLessThanOrEqual(limits.enrollmentTransitions);
        // Each arrival is a transition: also those at the segment, the sender profile and the end.
        const outside = nodes.length - length;
        const isTooLong = length * maxVisits + outside > limits.enrollmentTransitions;
        expect(state.cursors.some(({ reason }) => reason === 'too_many_steps')).toBe(isTooLong);
      },
    ),
    { numRuns: 60 },
  );
});

it('a resume gives every waiting branch its moment back', () => {
  fc.assert(
    fc.property(anyGraph, anySteps, (graph, steps) => {
      runSteps(graph, steps, (_before, _event, { state }) => {
        if (state.status !== 'in_progress') return;
        let ids = 0;
        const context = { now: 1_000_000_000, facts: noFacts, newCursorId: () => `r${++ids}` };
        const paused = advance(state, { type: 'paused', reason: 'manual' }, graph, context).state;
        // What came due meanwhile is not looked for again (engine/flow/wake.ts).
        const cursors = paused.cursors.map((each) => ({ ...each, wakeAt: null }));
        const after = advance({ ...paused, cursors }, { type: 'resumed' }, graph, context).state;
        for (const { id, nodeId, visit, ...cursor } of after.cursors) {
          if (cursor.state !== 'waiting' || cursor.waitsFor === 'join' || cursor.waitsFor === 'fresh_read')
            continue;
          expect(cursor.wakeAt).not.toBeNull();
        }
      });
    }),
    { numRuns: 100 },
  );
});

/** What each status must have been caused by (product §4.3). */
function isCaused(before: EnrollmentState, event: EnrollmentEvent, after: EnrollmentState): boolean {
  const ended = (ending: string) => after.cursors.some((cursor) => cursor.ending === ending);
  switch (after.status) {
    case 'paused':
      return event.type === 'paused' || event.type === 'replied';
    case 'unsubscribed':
      return event.type === 'unsubscribed';
    case 'bounced':
      return ended('bounced');
    case 'failed':
      return ended('failed') && !ended('bounced');
    case 'canceled':
      return event.type === 'canceled' || event.type === 'stoplisted';
    case 'finished':
      return after.cursors.every(({ ending }) => ending === 'finished' || ending === 'merged');
    case 'in_progress':
      return after.cursors.some(({ state }) => state !== 'ended');
    default:
      return before.status === after.status;
  }
}

it('reaches every status only by its causes', () => {
  fc.assert(
    fc.property(anyGraph, anySteps, (graph, steps) => {
      runSteps(graph, steps, (before, event, { state }) => {
        if (state.status !== before.status) expect(isCaused(before, event, state)).toBe(true);
      });
    }),
    { numRuns: 400 },
  );
});

it('ends a branch as merged only where another one entered the same visit, or waits beside it', () => {
  fc.assert(
    fc.property(anyGraph, anySteps, (graph, steps) => {
      runSteps(graph, steps, (before, _event, { state }) => {
        const merged = state.cursors.filter(
          (cursor) =>
            cursor.ending === 'merged' &&
            before.cursors.find(({ id }) => id === cursor.id)?.ending !== 'merged',
        );
        for (const { nodeId, visit } of merged) {
          const key = visit === 1 ? nodeId : `${nodeId}#${visit}`;
          const failedThere = state.cursors.some(
            (other) => other.nodeId === nodeId && other.ending === 'failed',
          );
          expect(state.visited.includes(key) || failedThere).toBe(true);
        }
      });
    }),
    { numRuns: 400 },
  );
});

it('validation is total, and refuses every loop that is not declared', () => {
  fc.assert(
    fc.property(anyGraph, (graph) => {
      const problems = validateGraph(graph);
      const looping = graph.nodes.filter(({ id }) => reachesAhead(graph, id, id));
      const found = problems.filter((problem) => problem.code === 'loop').map((problem) => problem.nodeId);
      expect([...found].sort()).toEqual(looping.map((candidate) => candidate.id).sort());
    }),
    { numRuns: 300 },
  );
});

const shares = fc
  .array(fc.nat(100), { minLength: 1, maxLength: 4 })
  .map((cuts) => [0, ...cuts.sort((a, b) => a - b), 100])
  .map((points) => points.slice(1).map((point, index) => point - (points[index] ?? 0)));
const names = ['a', 'b', 'c', 'd', 'e'] as const;

function splitOf(percents: readonly number[], retired: number | null = null) {
  const variants = percents.map((percent, index) => ({
    name: names[index] ?? 'e',
    percent,
    retired: index === retired,
  }));
  const split = node('split', 'ab', { variants });
  if (split.type !== 'split') throw new Error('not a split');
  return split;
}

const contacts = Array.from({ length: 4_000 }, (_, n) => `019a-${n.toString(16).padStart(6, '0')}`);

it('splits contacts the same way every time, near the shares', () => {
  fc.assert(
    fc.property(shares, (percents) => {
      const split = splitOf(percents);
      const taken = contacts.map((contact) => variantOf(split, contact));
      expect(contacts.map((contact) => variantOf(split, contact))).toEqual(taken);
      for (const [index, percent] of percents.entries()) {
        const share = (100 * taken.filter((name) => name === names[index]).length) / contacts.length;
        expect(Math.abs(share - percent)).toBeLessThan(4);
      }
    }),
    { numRuns: 25 },
  );
});

it('retiring a variant moves nobody but those it would have got', () => {
  fc.assert(
    fc.property(shares, fc.nat(3), (percents, index) => {
      const retired = index % percents.length;
      const [whole, rest] = [splitOf(percents), splitOf(percents, retired)];
      for (const contact of contacts.slice(0, 500)) {
        const [before, after] = [variantOf(whole, contact), variantOf(rest, contact)];
        if (before === names[retired]) expect(after).not.toBe(names[retired]);
        else expect(after).toBe(before);
      }
    }),
    { numRuns: 25 },
  );
});
