import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here('../../package.json'), 'utf8')) as { version: string };

/** Builds the dashboard to `dist/dashboard`, which the companion server serves. */
export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [react()],
  resolve: { alias: [{ find: /^#shared\//, replacement: `${here('../../shared')}/` }] },
  define: { __RAPPORT_VERSION__: JSON.stringify(version) },
  build: { outDir: here('../../dist/dashboard'), emptyOutDir: true, target: 'es2023' },
});
