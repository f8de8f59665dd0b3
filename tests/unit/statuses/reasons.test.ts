import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linkedinErrorCode } from '#shared/statuses/linkedin.ts';
import { reasonSentence } from '#shared/statuses/reasons.ts';

const root = join(import.meta.dirname, '../../..');

/** What gives an enrollment, a branch or a step its reason, with the place of the reason among the arguments. */
const givers: Record<string, number> = {
  endCursor: 2,
  endAll: 1,
  setStatus: 2,
  cancelTasks: 2,
  failData: 2,
  endBeforeStart: 3,
  stopEnrollment: 2,
  pauseEnrollment: 2,
  parkEnrollment: 3,
  cancelTask: 2,
  cancelManualTask: 2,
  giveUp: 2,
  passOver: 3,
  letGo: 2,
  failBranch: 2,
  retryLater: 2,
  requeue: 3,
  park: 3,
  refuse: 0,
  skipped: 0,
};

/** What a device waits for and how a session stands: the extension and the badges have words of their own for these. */
const otherWords = ['steps/linkedin.ts', 'holds/session.ts'];

function sources(): string[] {
  return ['companion-server/engine', 'companion-server/services/mail', 'shared/automation'].flatMap(
    (folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !otherWords.includes(name))
        .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
}

/** The words that are given, not those that something is compared with. */
const literals = (text: string) =>
  [...text.replaceAll(/[!=]== '\w+'/g, '').matchAll(/'([a-z]+(?:_[a-z]+)*)'/g)].map(([, word = '']) => word);

/** The arguments of a call, whose opening bracket is the character before `from`. */
function argumentsAt(text: string, from: number): string[] {
  const found = [''];
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i] ?? '';
    if ('([{'.includes(char)) depth += 1;
    if (')]}'.includes(char) && depth-- === 0) break;
    if (char === ',' && depth === 0) found.push('');
    else found[found.length - 1] += char;
  }
  return found;
}

function reasonsIn(text: string): string[] {
  const calls = Object.entries(givers).flatMap(([name, place]) =>
    [...text.matchAll(new RegExp(`\\b${name}\\(`, 'g'))].flatMap(({ 0: call, index }) =>
      literals(argumentsAt(text, index + call.length)[place] ?? ''),
    ),
  );
  const fields = [...text.matchAll(/\breason: ([^,;{}]*)|verdict: '\w+', code: ([^,;{}]*)/g)];
  return [...calls, ...fields.flatMap(([, reason, code]) => literals(reason ?? code ?? ''))];
}

it('has a sentence of its own for every reason that the engine gives', () => {
  const reasons = new Set([...sources().flatMap(reasonsIn), ...linkedinErrorCode.options]);
  expect([...reasons]).toEqual(
    expect.arrayContaining(['manual', 'paused_by_person', 'no_linkedin', 'node_deleted', 'merged']),
  );
  const bare = [...reasons].filter(
    (reason) => reasonSentence(reason).toLowerCase() === `${reason.replaceAll('_', ' ')}.`,
  );
  expect(bare).toEqual([]);
});

it('says of no canceled contact that somebody paused it', () => {
  expect(reasonSentence('manual')).not.toMatch(/paus/i);
});
