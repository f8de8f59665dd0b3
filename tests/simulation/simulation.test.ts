import { describe, expect, it } from 'vitest';
import { report } from './cli.ts';
import { run } from './run.ts';

const SEEDS = 60;

describe('engine, devices and mail under faults', () => {
  it(`does nothing twice, nothing wrong, and never stops: ${SEEDS} seeds`, async () => {
    const failed: string[] = [];
    let effects = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await run(seed);
      effects += result.effects;
      if (result.violation) failed.push(report(result));
    }
    expect(failed.join('\n')).toBe('');
    expect(effects).toBeGreaterThan(SEEDS * 3);
  });
});
