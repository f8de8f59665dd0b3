import { expect, it } from 'vitest';
import { laneLimits } from '#shared/schedule/pacing.ts';
import { holdReason } from '#shared/statuses/engine.ts';
import { holdReasons } from '#shared/statuses/holds.ts';
import { limitWords, reasonSentence } from '../../../extension/ui/words.ts';

it.each(holdReason.options)('says of the hold %s what the dictionary says', (reason) => {
  expect(reasonSentence(reason)).toContain(holdReasons[reason].meaning);
  expect(limitWords(reason)).toBe(holdReasons[reason].label);
});

it.each(laneLimits)('has words for the limit %s of a kind of step', (limit) => {
  expect(reasonSentence(limit)).not.toMatch(/^Waiting: /);
});

it('hides no reason that it does not know', () => {
  expect(reasonSentence('moon_is_full')).toBe('Waiting: moon is full.');
  expect(reasonSentence('unreachable')).toBe('The server cannot be reached; trying again.');
  expect(reasonSentence(null)).toBe('');
});
