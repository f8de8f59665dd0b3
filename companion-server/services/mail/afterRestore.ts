import { eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { type EngineContext, recordSentFolder, restoreProgress, unitIn } from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { openSettings } from './settings.ts';
import { failureWords, setImapStatus } from './sync.ts';

const { channel, workspace } = schema;

/** After a restore: what went out since the backup lies in Sent and is recorded, so that it does not go out again. */
export async function searchSentAfterRestore(
  services: Services,
  ctx: EngineContext,
  channelId: string,
  signal: AbortSignal,
): Promise<void> {
  const { reader } = services.db;
  const [row] = await reader
    .select({ channel, from: workspace.restoredFrom })
    .from(channel)
    .innerJoin(workspace, eq(workspace.id, channel.workspaceId))
    .where(eq(channel.id, channelId));
  if (!row?.from) return;
  const progress = await restoreProgress(reader, row.channel.workspaceId);
  if (!progress || (row.channel.sentReadAt ?? 0) >= progress.since) return;
  const settings = await openSettings(services, channelId);
  if (!settings) return;
  const aheadMs = ctx.clocks.schedule.now() - ctx.clocks.lease.now();
  const sent = await services.mailServers.listAutomatedSent(settings, row.from - aheadMs, signal);
  if (!sent.ok) {
    if (!signal.aborted) await setImapStatus(ctx, channelId, failureWords(sent.error));
    return;
  }
  const emails = sent.value.map(({ at, ...email }) => ({ ...email, at: at + aheadMs }));
  await ctx.db.write((tx) => recordSentFolder(unitIn(ctx, tx), channelId, emails));
}
