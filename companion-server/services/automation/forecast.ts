import { and, count, eq, inArray, isNotNull, isNull, not, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { actionChannel, type Graph } from '#shared/automation/graph.ts';
import { type SegmentNode, segmentsOf, senderNodeOf } from '#shared/automation/segments.ts';
import type { capacityForecast } from '#shared/contract/automation.ts';
import { type ForecastProfile, type ForecastSegment, forecast } from '#shared/schedule/forecast.ts';
import { planOf } from '#shared/schedule/planOf.ts';
import type { OwnLimits } from '#shared/schedule/runForward.ts';
import { schema } from '../../db/index.ts';
import { budgetKinds } from '../../engine/pace/usage.ts';
import { isStoplistedSql } from '../contact/view.ts';
import type { MemberCall } from '../context.ts';
import { workspaceOf } from '../workspace/me.ts';
import { noLinkedin, ownOf, senderIdsOf } from './audience.ts';
import { profilesNow } from './forecastProfiles.ts';

const { contact, relation } = schema;

type CapacityForecast = z.input<typeof capacityForecast>;

/** Slots that one answer may ask for: about a second of work. */
const MAX_SLOTS = 10_000;

/**
 * When the last of each kind of step would go for these contacts and sender profiles, as they stand now (product
 * §4.9). Null: there is nobody to contact, or nobody to do it.
 */
export async function forecastGraph(
  call: MemberCall,
  graph: Graph,
  ownLimits: OwnLimits | null,
): Promise<CapacityForecast | null> {
  const now = call.clocks.schedule.now();
  const { profiles, names } = await profilesNow(call, senderIdsOf(graph), now);
  const segments: ForecastSegment[] = [];
  for (const segment of segmentsOf(graph)) {
    const found = await segmentNow(call, graph, segment, profiles);
    if (found) segments.push(found);
  }
  if (segments.length === 0) return null;
  const { personSpacingMs: spacingMs } = await workspaceOf(call.db.reader, call);
  const result = await forecast(
    { now, profiles, segments, spacingMs, ...(ownLimits ? { ownLimits } : {}), maxSlots: MAX_SLOTS },
    () => call.timers.sleep(0, call.shutdown),
  );
  if (result.contacts === 0) return null;
  const nameOf = (senderId: string) => names.get(senderId) ?? '';
  return {
    ...result,
    kinds: inOrder(result.kinds),
    senders: result.senders.map((each) => ({
      ...each,
      name: nameOf(each.senderId),
      kinds: inOrder(each.kinds),
    })),
    oneMore: result.oneMore && {
      like: nameOf(result.oneMore.like),
      kinds: inOrder(result.oneMore.kinds),
    },
  };
}

/** The contacts of one segment that may be contacted, counted in one statement. */
async function segmentNow(
  call: MemberCall,
  graph: Graph,
  segment: SegmentNode,
  profiles: readonly ForecastProfile[],
): Promise<ForecastSegment | null> {
  const node = senderNodeOf(graph, segment.id);
  const senders = (node?.config.senders ?? []).filter(({ senderId }) =>
    profiles.some(({ id }) => id === senderId),
  );
  const plan = planOf(graph, segment.id, budgetKinds);
  if (senders.length === 0 || plan.steps.length === 0) return null;
  const usesLinkedin = plan.steps.some(({ channel }) => channel === 'linkedin');
  const enters = and(
    ownOf(call, graph, segment),
    not(isStoplistedSql),
    // Who replied waits for a person, who has no profile never enters.
    isNull(contact.repliedAt),
    usesLinkedin ? sql`NOT ${noLinkedin}` : undefined,
  );
  const [totals] = await call.db.reader
    .select({
      all: count(),
      unread: sql<number>`coalesce(sum(${contact.enrichedAt} IS NULL), 0)`,
      withEmail: sql<number>`count(${contact.email})`,
    })
    .from(contact)
    .where(enters);
  if (!totals || totals.all === 0) return null;
  const chosen = senders.map(({ senderId }) => senderId);
  const fixed =
    node?.config.preferLatestContacted && !node.config.ignorePreviousInteractions
      ? await knownTo(call, chosen, enters)
      : {};
  const known = Object.values(fixed).reduce((sum, each) => sum + each, 0);
  return {
    plan,
    senders,
    fixed,
    contacts: totals.all - known,
    unreadShare: usesLinkedin ? totals.unread / totals.all : 0,
    emailShare: totals.withEmail / totals.all,
    activeLimit: segment.config.activeLimit,
  };
}

/** How many go to which profile because it contacted them last. */
async function knownTo(
  call: MemberCall,
  senderIds: string[],
  enters: ReturnType<typeof and>,
): Promise<Record<string, number>> {
  const people = call.db.reader.select({ id: contact.id }).from(contact).where(enters);
  // With max() SQLite takes the other columns from the row that holds the maximum.
  const latest = call.db.reader
    .select({
      senderId: relation.senderId,
      at: sql<number>`max(${relation.lastInteractionAt})`.as('at'),
    })
    .from(relation)
    .where(
      and(
        eq(relation.workspaceId, call.workspaceId),
        inArray(relation.contactId, people),
        inArray(relation.senderId, senderIds),
        isNotNull(relation.lastInteractionAt),
      ),
    )
    .groupBy(relation.contactId)
    .as('latest');
  const rows = await call.db.reader
    .select({ senderId: latest.senderId, contacts: count() })
    .from(latest)
    .groupBy(latest.senderId);
  return Object.fromEntries(rows.map(({ senderId, contacts }) => [senderId, contacts]));
}

/** Kinds in the order of the catalogue: visit, connect, message, email. */
function inOrder<T extends { kind: string }>(kinds: readonly T[]): T[] {
  const order = Object.keys(actionChannel);
  return [...kinds].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
