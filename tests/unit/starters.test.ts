import { describe, expect, it } from 'vitest';
import { graph } from '#shared/automation/graph.ts';
import { linkedinThenEmail } from '#shared/automation/starters.ts';
import { validateGraph } from '#shared/automation/validate.ts';

describe('starters', () => {
  it('give a graph that parses and can start once list and sender are chosen', () => {
    const starter = linkedinThenEmail({ listIds: ['l1'], senderIds: ['s1'] });
    expect(graph.parse(starter)).toEqual(starter);
    expect(validateGraph(starter)).toEqual([]);
  });

  it('ask for list and sender while none is chosen', () => {
    const codes = validateGraph(linkedinThenEmail({ listIds: [], senderIds: [] })).map(
      (problem) => problem.code,
    );
    expect(codes).toEqual(expect.arrayContaining(['no_list', 'no_sender']));
  });
});
