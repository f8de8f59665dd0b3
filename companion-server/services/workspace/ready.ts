import { sql } from 'drizzle-orm';
import type { Services } from '../context.ts';

/** Whether the database can be read. */
export async function databaseAnswers(services: Services): Promise<boolean> {
  try {
    await services.db.reader.run(sql`SELECT 1`);
    return true;
  } catch {
    return false;
  }
}
