import { expect, it } from 'vitest';
import type { schema } from '../../../companion-server/db/index.ts';
import { createTally } from '../../../companion-server/services/automation/finding.ts';
import { checkSenders } from '../../../companion-server/services/automation/preflightSenders.ts';
import { checkTexts } from '../../../companion-server/services/automation/preflightTexts.ts';
import { graphOfSteps } from '../../simulation/setup.ts';

type Contact = typeof schema.contact.$inferSelect;

const anna = { id: 'c1', firstName: 'Anna', lastName: 'Berg', custom: {}, email: 'anna@example.org' };
const text = 'Hi {{ nickname }}';

it('every step with a text says whose data is missing', () => {
  const graph = graphOfSteps(
    {
      note: ['connect', { note: text, whenNoNote: 'skip' }],
      hello: ['message', { text }],
      inmail: ['inmail', { subject: text, text: 'Hello', policy: 'open_profile' }],
      fellow: ['group_message', { text, source: 'group', place: '123' }],
      mail: ['send_email', { subject: 'Hello', text, thread: 'new', attachments: [] }],
    },
    [],
  );
  const tally = createTally();
  checkTexts(graph, anna as unknown as Contact, 300, tally);
  const found = tally.findings().map(({ code, nodeId }) => [code, nodeId]);
  expect(found).toEqual(graph.nodes.map(({ id }) => ['missing_variable', id]));
});

it('names the sender profiles of a Change sender step that are gone', () => {
  const senders = [{ senderId: 'gone', weight: 1 }];
  const graph = graphOfSteps({ change: ['change_sender', { senders }] }, []);
  expect(checkSenders(graph, new Map())).toMatchObject([{ code: 'unknown_sender', nodeId: 'change' }]);
});
