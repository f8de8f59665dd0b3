import { eq } from 'drizzle-orm';
import type { LinkedinErrorCode } from '#shared/statuses/linkedin.ts';
import { schema } from '../db/index.ts';
import type { Unit } from './context.ts';
import { setHold } from './holds.ts';
import { channelById } from './rows.ts';

const { channel } = schema;

/** Only these say something about the account or the pages; the others are about one person. */
const counting: readonly LinkedinErrorCode[] = [
  'timeout',
  'linkedin_error',
  'too_many_requests',
  'layout_unknown',
];
const WINDOW = 20;
const IN_A_ROW = 5;
const RATE = 0.3;

export async function noteSuccess(unit: Unit, channelId: string): Promise<void> {
  await remember(unit, channelId, 'S');
}

/** Five failures in a row, or 30 % of the last 20, stop the account until a person looked. */
export async function noteFailure(unit: Unit, channelId: string, code: LinkedinErrorCode): Promise<void> {
  if (!counting.includes(code)) return;
  const outcomes = await remember(unit, channelId, 'F');
  const failures = [...outcomes].filter((each) => each === 'F').length;
  const tooMany = outcomes.length === WINDOW && failures / WINDOW >= RATE;
  if (!outcomes.endsWith('F'.repeat(IN_A_ROW)) && !tooMany) return;
  const row = await channelById(unit.tx, channelId);
  await setHold(unit, {
    workspaceId: row.workspaceId,
    scope: 'channel',
    scopeId: channelId,
    reason: 'high_failure_rate',
    detail: `${failures} of the last ${outcomes.length} steps failed, the latest with ${code}.`,
    by: 'system',
  });
}

/** After a person looked, or a reconnect: errors of before cannot stop it again. */
export async function clearFailureWindow(unit: Unit, channelId: string): Promise<void> {
  await unit.tx.update(channel).set({ outcomes: '' }).where(eq(channel.id, channelId));
}

async function remember(unit: Unit, channelId: string, outcome: 'S' | 'F'): Promise<string> {
  const { outcomes } = await channelById(unit.tx, channelId);
  const next = (outcomes + outcome).slice(-WINDOW);
  await unit.tx.update(channel).set({ outcomes: next }).where(eq(channel.id, channelId));
  return next;
}
