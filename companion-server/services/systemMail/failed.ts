import { and, desc, eq, gt, gte, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import type { HomeView } from '#shared/contract/workspace.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import { isPlannedMail } from '../../engine/predicates.ts';
import type { MemberCall } from '../context.ts';
import { isManager } from '../scope.ts';

const { systemMail } = schema;

/** What failed earlier says nothing about how it stands now. */
const WITHIN = 7 * DAY;
/** Looked at, newest first. */
const AT_MOST = 100;

const kindWords = { reconnect: 'A reminder to reconnect', alert: 'An alert', invitation: 'An invitation' };

/** On Home: members who were not told by mail, until one to the same address goes through. */
export async function failedMailActions(call: MemberCall): Promise<HomeView['actions']> {
  if (!isManager(call)) return [];
  const failed = await failedMails(call);
  const [last] = failed;
  if (!last) return [];
  const others = failed.length > 1 ? ` ${failed.length - 1} more failed in the last 7 days.` : '';
  const again = last.state === 'planned' ? ' It is tried again by itself.' : '';
  const words = last.failure?.replace(/\.?$/, '.') ?? '';
  return [
    {
      id: 'system_mail_failed',
      severity: 'orange',
      title: `${failed.length === 1 ? 'A mail' : `${failed.length} mails`} to your team did not go out`,
      detail: `${kindWords[last.kind]}${last.recipient ? ` to ${last.recipient}` : ''}: ${words}${again}${others} Tell them yourself; check the address, and with whoever runs the server its mail account (SYSTEM_SMTP_URL).`,
      href: '/settings',
    },
  ];
}

/** Given up, or refused and to be tried again; newest first. */
async function failedMails({ db, workspaceId, clocks }: MemberCall) {
  const now = clocks.schedule.now();
  const ofWorkspace = eq(systemMail.workspaceId, workspaceId);
  const givenUp = await db.reader
    .select()
    .from(systemMail)
    .where(and(ofWorkspace, sql`${systemMail.state} = 'failed'`, gte(systemMail.endedAt, now - WITHIN)))
    .orderBy(desc(systemMail.endedAt))
    .limit(AT_MOST);
  // The next try lies ahead at most as far as the longest wait.
  const tried = await db.reader
    .select()
    .from(systemMail)
    .where(and(isPlannedMail, lte(systemMail.sendAt, now + DAY), ofWorkspace, isNotNull(systemMail.failure)))
    .limit(AT_MOST);
  const failed = [...tried, ...givenUp];
  if (failed.length === 0) return [];
  const addresses = failed.flatMap(({ recipient }) => recipient ?? []);
  const since = givenUp.at(-1)?.endedAt ?? now;
  const sent = await db.reader
    .select({ recipient: systemMail.recipient, endedAt: systemMail.endedAt })
    .from(systemMail)
    .where(
      and(
        ofWorkspace,
        sql`${systemMail.state} = 'sent'`,
        gt(systemMail.endedAt, since),
        inArray(systemMail.recipient, addresses),
      ),
    );
  const wentThrough = (row: (typeof failed)[number]) =>
    sent.some(
      ({ recipient, endedAt }) => recipient === row.recipient && (endedAt ?? 0) > (row.endedAt ?? now),
    );
  return failed.filter((row) => !wentThrough(row));
}
