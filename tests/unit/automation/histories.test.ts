import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { graph } from '#shared/automation/graph.ts';
import { advance, initialState } from '#shared/automation/reducer.ts';
import type { EnrollmentEvent, Facts } from '#shared/automation/state.ts';

/**
 * Recorded histories, replayed through today's reducer: whoever was under way when the server is updated goes on as
 * they would have before. A file holds the graph and, per event, what was known and what followed.
 */
const folder = new URL('../../fixtures/histories/', import.meta.url);

const history = z.object({
  about: z.string(),
  graph,
  steps: z.array(
    z.object({
      now: z.number(),
      event: z.custom<EnrollmentEvent>((event) => typeof event === 'object'),
      facts: z.custom<Facts>((facts) => typeof facts === 'object'),
      commands: z.array(z.unknown()),
      state: z.unknown(),
    }),
  ),
});

const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

it('there are histories to replay', () => expect(files.length).toBeGreaterThanOrEqual(4));

it.each(files)('%s goes as it went', (name) => {
  const recorded = history.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
  let ids = 0;
  let state = initialState();
  for (const step of recorded.steps) {
    const { now, event, facts } = step;
    const result = advance(state, event, recorded.graph, { now, facts, newCursorId: () => `c${++ids}` });
    expect({ event, commands: result.commands }).toEqual({ event, commands: step.commands });
    expect({ event, state: result.state }).toEqual({ event, state: step.state });
    state = result.state;
  }
});
