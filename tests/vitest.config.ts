import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

const builtOnce = ['tests/dom/support/buildOnce.ts'];

interface Options {
  globalSetup?: string[];
  /** False: its files share the modules of a worker. Loading them for each file cost 0.5 s of processor a file. */
  isolate?: boolean;
}

/** One project per layer, so that a layer can be run alone: `npx vitest --config tests/vitest.config.ts --project mail`. */
function layer(name: string, timeoutMs: number, { globalSetup = [], isolate = true }: Options = {}) {
  return {
    extends: true as const,
    test: {
      name,
      isolate,
      include: [`tests/${name}/**/*.test.ts`, `tests/${name}/**/*.test.tsx`],
      testTimeout: timeoutMs,
      hookTimeout: 60_000,
      globalSetup,
    },
  };
}

export default defineConfig({
  root,
  test: {
    environment: 'node',
    maxWorkers: 2,
    // One second, as it comes, is less than a busy machine may take for a single look at a page.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      layer('unit', 20_000, { isolate: false }),
      layer('property', 60_000, { isolate: false }),
      layer('architecture', 60_000, { isolate: false }),
      layer('conformance', 30_000, { isolate: false }),
      // It gets what the other layers leave of the processor.
      layer('simulation', 1_800_000),
      layer('mail', 60_000),
      layer('twin', 60_000),
      layer('dom', 120_000, { globalSetup: builtOnce }),
      layer('matrix', 120_000, { globalSetup: builtOnce }),
      layer('chaos', 300_000, { globalSetup: builtOnce }),
      layer('database', 60_000),
    ],
  },
});
