import { seededRng } from '#shared/kernel/prng.ts';
import { type RunResult, run } from './run.ts';

/** Turns of the event loop that a busy machine throws in: the same for the same number. */
export function idleTurns(turns: number): () => number {
  const rng = seededRng(turns);
  return () => (rng() < 0.2 ? Math.ceil(rng() * 3) : 0);
}

/** Runs a seed again on a machine that is busy with something else now and then; null: it did the very same. */
export async function whatDiffers(
  { seed, fingerprint, jobs }: RunResult,
  turns: number,
): Promise<string | null> {
  const again = await run(seed, { idleTurns: idleTurns(turns) });
  if (again.fingerprint === fingerprint && again.jobs === jobs) return null;
  const command = `npm run -s sim -- --seed ${seed} --details`;
  return [
    `seed ${seed} goes another way: ${jobs} jobs, ${fingerprint}; ${again.jobs} jobs, ${again.fingerprint}`,
    `  where: diff <(${command}) <(${command} --turns ${turns})`,
  ].join('\n');
}
