import { systemClock } from '#shared/kernel/clock.ts';
import { agoWords, exactWords } from './words.ts';

/** "3 days ago", with the exact moment in the viewer's zone on hover. */
export function Ago({ at, now = systemClock.now() }: { at: number; now?: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={exactWords(at)}>
      {agoWords(at, now)}
    </time>
  );
}
