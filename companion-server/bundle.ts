import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Makes one file of a program of the server, in a folder of its own with the migrations beside it. Node runs it as it
 * is: a loader that translates each file while the server starts takes 90 MB that are never given back.
 */
export async function bundle(entry: string, outDir: string): Promise<void> {
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      sourcemap: true,
      // The migrations lie beside the one file that looks for them.
      rollupOptions: { output: { codeSplitting: false } },
    },
  });
  cpSync(join(root, 'companion-server/db/migrations'), join(outDir, 'migrations'), { recursive: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await bundle(join(root, 'companion-server/main.ts'), join(root, 'dist'));
}
