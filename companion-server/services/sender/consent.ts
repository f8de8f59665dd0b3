import { and, eq, inArray, ne } from 'drizzle-orm';
import type { z } from 'zod';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import type { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { schema, type Tx } from '../../db/index.ts';
import { liftHold, setHold } from '../../engine/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid, notAllowed } from '../refusal.ts';
import { senderOf } from '../scope.ts';
import { getSender } from './view.ts';

const { sender } = schema;

type Consent = z.output<typeof senderLifeRoutes.consent.body>;

/** Only the rep decides it: a manager can pause a profile, not consent for its owner. */
export async function setConsent(call: MemberCall, senderId: string, consent: Consent): Promise<SenderView> {
  const row = await senderOf(call.db.reader, call, senderId);
  if (row.ownerUserId !== call.actor.userId) {
    throw notAllowed('Only the rep who owns this sender profile decides about consent.', 'Ask the rep.');
  }
  await storeConsent(call, senderId, consent);
  return getSender(call, senderId);
}

/**
 * The rep agrees to this text, for one profile; or withdraws, and then everything of that rep stops in the same
 * transaction: every profile of theirs, on both channels.
 */
export async function storeConsent(call: Call, senderId: string, consent: Consent): Promise<void> {
  const { version, agreed } = consent;
  if (agreed && version !== CONSENT_VERSION) {
    throw invalid(
      'version',
      'old_consent_text',
      `The text in force is version ${CONSENT_VERSION}, not ${version}.`,
      'Load the newest version and read the text again.',
    );
  }
  await call.db.write(async (tx) => {
    const ids = agreed ? [senderId] : await profilesOfRep(tx, call);
    await tx
      .update(sender)
      .set({
        consentVersion: agreed ? version : null,
        consentAt: agreed ? call.clocks.lease.now() : null,
      })
      .where(inArray(sender.id, ids));
    for (const scopeId of ids) await markConsent(tx, call, scopeId, agreed);
    await audit(tx, call, {
      action: agreed ? 'consent.given' : 'consent.withdrawn',
      entity: 'sender',
      entityId: senderId,
      data: { version, senders: ids },
    });
  });
}

async function profilesOfRep(tx: Tx, call: Call): Promise<string[]> {
  const rows = await tx
    .select({ id: sender.id })
    .from(sender)
    .where(
      and(
        eq(sender.workspaceId, call.workspaceId),
        eq(sender.ownerUserId, call.actor.userId),
        ne(sender.state, 'deleted'),
      ),
    );
  return rows.map(({ id }) => id);
}

async function markConsent(tx: Tx, call: Call, scopeId: string, agreed: boolean): Promise<void> {
  const { workspaceId, actor } = call;
  const hold = { workspaceId, scope: 'sender', scopeId, reason: 'consent_withdrawn' } as const;
  if (agreed) await liftHold(unitOf(call, tx), hold, actor.id);
  else await setHold(unitOf(call, tx), { ...hold, by: actor.id });
}
