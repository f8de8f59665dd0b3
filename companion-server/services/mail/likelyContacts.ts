import { and, eq, or, sql } from 'drizzle-orm';
import { companyDomain } from '#shared/identity/companyDomain.ts';
import { schema } from '../../db/index.ts';
import { answeredSubject } from '../../email/inbound/thread.ts';
import type { Letter } from '../../email/inbound/types.ts';
import type { Services } from '../context.ts';

const { contact, enrollment, task } = schema;

/** People looked at for one letter. */
const PEOPLE = 50;

/**
 * Whose answer a stranger's message may be, where no thread and no address says it: somebody under way with this
 * mailbox who has the writer's name or works at the same company, and got the very subject. By the letter's key: the
 * contact's address. Two people: nobody's.
 */
export async function likelyContacts(
  services: Services,
  channel: Pick<typeof schema.channel.$inferSelect, 'id' | 'senderId'>,
  letters: readonly Letter[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const letter of letters) {
    const people = await peopleLike(services, channel.senderId, letter);
    const asked: string[] = [];
    for (const { id, email } of people) {
      if (email && (await gotSubject(services, channel.id, id, letter.subject))) asked.push(email);
    }
    const [only, ...others] = asked;
    if (only && others.length === 0) found.set(letter.key, only);
  }
  return found;
}

async function peopleLike({ db }: Services, senderId: string, { from }: Letter) {
  const name = from.name.trim().toLowerCase();
  const domain = companyDomain(from.address);
  const same = [
    ...(name === '' ? [] : [sql`lower(trim(${contact.firstName} || ' ' || ${contact.lastName})) = ${name}`]),
    ...(domain === null ? [] : [sql`${contact.email} LIKE ${`%@${domain}`}`]),
  ];
  if (same.length === 0) return [];
  return await db.reader
    .selectDistinct({ id: contact.id, email: contact.email })
    .from(enrollment)
    .innerJoin(contact, eq(contact.id, enrollment.contactId))
    .where(and(eq(enrollment.senderId, senderId), sql`${enrollment.live} = 1`, or(...same)))
    .limit(PEOPLE);
}

async function gotSubject({ db }: Services, channelId: string, contactId: string, subject: string) {
  const rows = await db.reader
    .select({ payload: task.payload })
    .from(task)
    .where(and(eq(task.contactId, contactId), eq(task.channelId, channelId), eq(task.state, 'done')));
  return rows.some(({ payload }) => {
    const sent = payload?.subject?.trim().toLowerCase();
    return sent !== undefined && (sent === subject || answeredSubject(sent) === subject);
  });
}
