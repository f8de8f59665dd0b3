import { audit, type MemberCall } from '../context.ts';
import type { PublicUrlState } from './publicUrl.ts';

/** Asks the public address now, and records that somebody did. */
export async function checkPublicUrl(call: MemberCall): Promise<PublicUrlState> {
  const state = await call.publicUrlCheck.check(true);
  await call.db.write((tx) =>
    audit(tx, call, {
      action: 'workspace.public_url_checked',
      entity: 'workspace',
      entityId: call.workspaceId,
      data: { ok: state.ok },
    }),
  );
  return state;
}
