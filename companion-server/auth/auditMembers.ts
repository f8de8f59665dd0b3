import { type Clock, DAY } from '#shared/kernel/clock.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import { type Database, schema, type Tx } from '../db/index.ts';

interface Invited {
  id: string;
  organizationId: string;
  inviterId: string;
  email: string;
}

interface AuditOptions {
  db: Database;
  newId: NewId;
  clock: Clock;
  /** Schedule time: what system mail goes by. */
  schedule: Clock;
}

/**
 * People join through the library; its hooks write the audit rows that services write elsewhere. How they change roles and
 * leave: services/member.
 */
export function auditMembers(options: AuditOptions) {
  /** The mail with the link; nothing is planned twice for one invitation. */
  async function planInvitationMail(tx: Tx, { id, organizationId, email }: Invited): Promise<void> {
    const now = options.schedule.now();
    await tx
      .insert(schema.systemMail)
      .values({
        id: options.newId(),
        workspaceId: organizationId,
        kind: 'invitation',
        dedupeKey: `invitation:${id}`,
        aboutId: id,
        recipient: email,
        causeAt: now,
        sendAt: now,
        deadlineAt: now + 2 * DAY,
      })
      .onConflictDoNothing();
  }

  async function audit(
    workspaceId: string,
    actor: string,
    action: string,
    entityId: string,
    also: (tx: Tx) => Promise<void> = async () => {},
  ): Promise<void> {
    const at = options.clock.now();
    await options.db.write(async (tx) => {
      await tx.insert(schema.audit).values({
        id: options.newId(),
        workspaceId,
        actor: `member:${actor}`,
        action,
        entity: 'member',
        entityId,
        at,
      });
      await tx.insert(schema.outbox).values({ workspaceId, topic: 'member', entityId, at });
      await also(tx);
    });
  }
  return {
    afterCreateInvitation: async ({ invitation }: { invitation: Invited }) => {
      await audit(invitation.organizationId, invitation.inviterId, 'member.invited', invitation.id, (tx) =>
        planInvitationMail(tx, invitation),
      );
    },
    afterAcceptInvitation: async (event: {
      member: { id: string; organizationId: string; userId: string };
    }) => audit(event.member.organizationId, event.member.userId, 'member.joined', event.member.id),
  };
}
