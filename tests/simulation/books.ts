import { type Client, createClient, type InValue, type Row } from '@libsql/client';
import { z } from 'zod';

const taskFacts = z.object({
  contactId: z.string(),
  senderId: z.string(),
  channelId: z.string(),
  automationId: z.string(),
  enrollmentId: z.string(),
  kind: z.string(),
  state: z.string(),
  fence: z.number(),
  committedAt: z.number().nullable(),
});
export type TaskFacts = z.infer<typeof taskFacts>;

/** What stands in the database, read on a connection of its own: no server, no crash, no count of statements. */
export class Books {
  private readonly client: Client;

  constructor(url: string) {
    this.client = createClient({ url, concurrency: 1 });
  }

  async rows(text: string, args: InValue[] = []): Promise<Row[]> {
    return (await this.client.execute({ sql: text, args })).rows;
  }

  async task(taskId: string): Promise<TaskFacts | null> {
    const [row] = await this.rows(
      `SELECT contact_id AS contactId, sender_id AS senderId, channel_id AS channelId,
        automation_id AS automationId, enrollment_id AS enrollmentId, kind, state, fence,
        committed_at AS committedAt FROM task WHERE id = ?`,
      [taskId],
    );
    return row ? taskFacts.parse(row) : null;
  }

  close(): void {
    this.client.close();
  }
}
