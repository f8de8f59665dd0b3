import { and, desc, eq, gt, isNull, ne, or } from 'drizzle-orm';
import type { PersonCard } from '#shared/contract/devicePerson.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { isStoplisted } from '../../engine/index.ts';
import { type ContactRow, contactName } from '../contact/view.ts';
import type { DeviceCall } from '../context.ts';
import { keysOf, type Seen } from './find.ts';

const { automation, contact, enrollment, relation, sender, suppression } = schema;

type Warning = PersonCard['warnings'][number];

/** Contact with a person or their colleagues counts as recent for this long. */
const RECENT = 90 * DAY;
const TOLD = 3;

const stoplisted: Warning = {
  kind: 'stoplist',
  sentence: 'On the stoplist: nothing is ever sent to them.',
  at: null,
};

/** What a rep should know before writing to this contact, most serious first. */
export async function warningsOf(q: Queryable, call: DeviceCall, row: ContactRow): Promise<Warning[]> {
  const since = call.clocks.schedule.now() - RECENT;
  return [
    ...((await isStoplisted(q, row)) ? [stoplisted] : []),
    ...(row.repliedAt === null
      ? []
      : [
          {
            kind: 'replied' as const,
            sentence: 'They replied; nobody has decided since how to go on.',
            at: row.repliedAt,
          },
        ]),
    ...(await ofColleagues(q, call, row, since)),
    ...(await atTheirCompany(q, call, row, since)),
    ...(await underWay(q, call, row)),
  ];
}

/** Somebody who is no contact may be on the stoplist all the same. */
export async function warningsOfStranger(q: Queryable, call: DeviceCall, seen: Seen): Promise<Warning[]> {
  const keys = keysOf(seen);
  if (keys.length === 0) return [];
  const rows = await q
    .select({ id: suppression.id })
    .from(suppression)
    .where(
      and(
        eq(suppression.workspaceId, call.workspaceId),
        or(...keys.map(({ kind, value }) => and(eq(suppression.kind, kind), eq(suppression.value, value)))),
      ),
    )
    .limit(1);
  return rows.length > 0 ? [stoplisted] : [];
}

/** Other sender profiles that were in touch with this very person. */
async function ofColleagues(
  q: Queryable,
  call: DeviceCall,
  row: ContactRow,
  since: number,
): Promise<Warning[]> {
  const rows = await q
    .select({ name: sender.name, at: relation.lastInteractionAt })
    .from(relation)
    .innerJoin(sender, eq(sender.id, relation.senderId))
    .where(
      and(
        eq(relation.contactId, row.id),
        ne(relation.senderId, call.actor.senderId),
        gt(relation.lastInteractionAt, since),
      ),
    )
    .orderBy(desc(relation.lastInteractionAt))
    .limit(TOLD);
  return rows.map(({ name, at }) => ({ kind: 'collision', sentence: `${name} was in touch with them`, at }));
}

/** Sender profiles that were in touch with others at the same company, the own one included: it is one conversation. */
async function atTheirCompany(
  q: Queryable,
  call: DeviceCall,
  row: ContactRow,
  since: number,
): Promise<Warning[]> {
  if (row.companyId === null) return [];
  const rows = await q
    .select({
      name: sender.name,
      senderId: sender.id,
      at: relation.lastInteractionAt,
      firstName: contact.firstName,
      lastName: contact.lastName,
      email: contact.email,
      linkedinSlug: contact.linkedinSlug,
    })
    .from(contact)
    .innerJoin(relation, eq(relation.contactId, contact.id))
    .innerJoin(sender, eq(sender.id, relation.senderId))
    .where(
      and(
        eq(contact.companyId, row.companyId),
        eq(contact.workspaceId, call.workspaceId),
        ne(contact.id, row.id),
        isNull(contact.deletedAt),
        gt(relation.lastInteractionAt, since),
      ),
    )
    .orderBy(desc(relation.lastInteractionAt))
    .limit(TOLD);
  return rows.map(({ name, senderId, at, ...person }) => {
    const who = senderId === call.actor.senderId ? 'You' : name;
    return {
      kind: 'colleague',
      sentence: `${who} wrote to a colleague of theirs, ${contactName(person)}`,
      at,
    };
  });
}

/** Automations of other sender profiles in which they are right now. */
async function underWay(q: Queryable, call: DeviceCall, row: ContactRow): Promise<Warning[]> {
  const rows = await q
    .select({ senderName: sender.name, automationName: automation.name })
    .from(enrollment)
    .innerJoin(automation, eq(automation.id, enrollment.automationId))
    .innerJoin(sender, eq(sender.id, enrollment.senderId))
    .where(
      and(
        eq(enrollment.contactId, row.id),
        isNull(enrollment.endedAt),
        ne(enrollment.senderId, call.actor.senderId),
      ),
    )
    .limit(TOLD);
  return rows.map(({ senderName, automationName }) => ({
    kind: 'under_way',
    sentence: `${senderName} has them in “${automationName}”.`,
    at: null,
  }));
}
