import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

const builtOnce = ['tests/dom/support/buildOnce.ts'];

/** One project per layer, so that a layer can be run alone: `npx vitest --config tests/vitest.config.ts --project mail`. */
function layer(name: string, timeoutMs: number, globalSetup: string[] = []) {
  return {
    extends: true as const,
    test: {
      name,
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
    projects: [
      layer('unit', 20_000),
      layer('property', 60_000),
      layer('architecture', 60_000),
      layer('conformance', 30_000),
      layer('simulation', 600_000),
      layer('mail', 60_000),
      layer('twin', 60_000),
      layer('dom', 120_000, builtOnce),
      layer('matrix', 120_000, builtOnce),
      layer('chaos', 300_000, builtOnce),
      layer('database', 60_000),
    ],
  },
});
