import type { Clock } from '#shared/kernel/clock.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import { type Database, schema } from '../db/index.ts';

interface AuditOptions {
  db: Database;
  newId: NewId;
  clock: Clock;
}

/** Changes of the team go through the library; its hooks write the audit rows that services write elsewhere. */
export function auditMembers(options: AuditOptions) {
  async function audit(workspaceId: string, actor: string, action: string, entityId: string): Promise<void> {
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
    });
  }
  return {
    afterCreateInvitation: async (event: {
      invitation: { id: string; organizationId: string; inviterId: string };
    }) =>
      audit(
        event.invitation.organizationId,
        event.invitation.inviterId,
        'member.invited',
        event.invitation.id,
      ),
    afterAcceptInvitation: async (event: {
      member: { id: string; organizationId: string; userId: string };
    }) => audit(event.member.organizationId, event.member.userId, 'member.joined', event.member.id),
    afterUpdateMemberRole: async (event: {
      member: { id: string; organizationId: string; userId: string };
    }) => audit(event.member.organizationId, event.member.userId, 'member.role_changed', event.member.id),
    afterRemoveMember: async (event: { member: { id: string; organizationId: string; userId: string } }) =>
      audit(event.member.organizationId, event.member.userId, 'member.removed', event.member.id),
  };
}
