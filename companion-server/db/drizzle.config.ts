import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'turso',
  schema: './companion-server/db/schema/index.ts',
  out: './companion-server/db/migrations',
});
