import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Classified, classify } from '../../companion-server/email/inbound/classify.ts';
import { threadIds } from '../../companion-server/email/inbound/thread.ts';

/**
 * Messages as the big providers write them, one folder for each class. The folder is the truth; the text of a message
 * says nothing about it.
 */
const folder = fileURLToPath(new URL('../fixtures/mail', import.meta.url));
const OWN = '<0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1.1@team.example>';
const BORIS = 'boris.clay@people.example';
const SENT = Date.UTC(2026, 2, 2, 9, 30);

interface Case {
  truth: string;
  name: string;
  found: Classified;
  told: string;
}

const cases: Case[] = [];
beforeAll(async () => {
  for (const truth of readdirSync(folder)) {
    for (const name of readdirSync(`${folder}/${truth}`)) {
      const found = await classify(readFileSync(`${folder}/${truth}/${name}`), SENT);
      cases.push({ truth, name, found, told: toldOf(found) });
    }
  }
});

function toldOf({ class: kind }: Classified): string {
  if (kind.kind === 'bounce') return kind.unsure ? 'bounce-unsure' : `bounce-${kind.severity}`;
  if (kind.kind === 'reply' && kind.suggests !== null) return 'reply-opt-out';
  return kind.kind.replace('_', '-');
}

const named = (truth: string) => cases.filter((one) => one.truth === truth);

describe('the corpus', () => {
  it('is told apart, with precision and recall of each class', () => {
    const classes = [...new Set(cases.map(({ truth }) => truth))].sort();
    const figures = classes.map((name) => {
      const right = named(name).filter(({ told }) => told === name).length;
      const told = cases.filter((one) => one.told === name).length;
      return {
        class: name,
        messages: named(name).length,
        precision: told === 0 ? 0 : right / told,
        recall: right / named(name).length,
      };
    });
    console.table(figures);
    const wrong = cases.filter(({ truth, told }) => truth !== told);
    expect(wrong.map(({ truth, name, told }) => `${truth}/${name} told as ${told}`)).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(100);
    for (const { precision, recall } of figures) {
      expect(precision).toBeGreaterThanOrEqual(0.98);
      expect(recall).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('never takes a person for a mail system', () => {
    const people = [...named('reply'), ...named('reply-opt-out')];
    expect(people.length).toBeGreaterThanOrEqual(30);
    expect(people.filter(({ told }) => !told.startsWith('reply'))).toEqual([]);
  });

  it('finds in every report which message of ours it is about, by its id or by the link it carries', () => {
    const reports = cases.filter(({ truth }) => /^(bounce|complaint)/.test(truth));
    const lost = reports.filter(({ found: { report } }) => {
      const byId = report?.originalIds.includes(OWN);
      return !byId && (report?.originalTokens.length ?? 0) === 0;
    });
    expect(lost.map(({ name }) => name)).toEqual([]);
    expect(reports.find(({ name }) => name === 'ses-other-message-id.eml')?.found.report).toMatchObject({
      originalTokens: [expect.stringMatching(/^WyJ3/)],
    });
  });

  it('names the recipient, the code and the words of every bounce with a report', () => {
    for (const { name, found } of cases.filter(({ truth }) => /^bounce-(hard|soft|policy)$/.test(truth))) {
      const { class: kind } = found;
      expect(kind, name).toMatchObject({
        kind: 'bounce',
        status: expect.stringMatching(/^[45]/),
        recipient: BORIS,
      });
      expect(kind.kind === 'bounce' && kind.diagnostic, name).toBeTruthy();
    }
  });

  it('gives no recipient the diagnostic of another', () => {
    const two = cases.find(({ name }) => name === 'second-of-two-without-gap.eml')?.found.report;
    expect(two?.outcomes).toMatchObject([
      { class: { kind: 'notice', what: 'delivered' }, recipients: ['eva@people.example'] },
      { class: { kind: 'bounce', severity: 'hard', recipient: BORIS }, recipients: [BORIS] },
    ]);
  });

  it('reads the day of return in seven languages', () => {
    const until = Date.UTC(2026, 2, 14);
    const back = Date.UTC(2026, 2, 16);
    const expected: Record<string, number | null> = {
      'exchange-en': back,
      'gmail-en': until,
      'exchange-de': back,
      'vacation-de': Date.UTC(2026, 2, 21),
      'sieve-fr': back,
      'exchange-fr': until,
      'exchange-es': until,
      'gmail-es': back,
      'exchange-it': until,
      'sieve-it': back,
      'exchange-nl': back,
      'sieve-nl': until,
      'exchange-pt': back,
      'gmail-pt': until,
      'ticket-system': null,
      'no-date': null,
      'left-company': null,
      'null-path-subject': Date.UTC(2026, 2, 5),
      precedence: null,
    };
    const found = named('auto-reply').map(({ name, found: { class: kind } }) => [
      name.replace('.eml', ''),
      kind.kind === 'auto_reply' ? kind.returnAt : 'no auto reply',
    ]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it('keeps the thread of every answer, and only its new words', () => {
    for (const { name, found } of named('reply')) {
      if (!/forwards|quotes/.test(name)) expect(threadIds(found.headers), name).toContain(OWN);
      expect(found.newText, name).not.toContain('how do you plan your week');
    }
    expect(cases.find(({ name }) => name === 'plain.eml')?.found.newText).toBe('Tuesday works for me.');
    expect(cases.find(({ name }) => name === 'html-only.eml')?.found.newText).toBe('Yes, Tuesday.');
  });
});
