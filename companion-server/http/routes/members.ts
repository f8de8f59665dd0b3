import { memberRoutes } from '#shared/contract/member.ts';
import {
  giveSender,
  leaveWorkspace,
  listMembers,
  removeMember,
  setRole,
} from '../../services/member/members.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** Members of the workspace, their roles and sender profiles. */
export function serveMembers(app: App): void {
  serveMember(app, memberRoutes.list, (call) => listMembers(call));
  serveMember(app, memberRoutes.setRole, async (call, { params, body }) => {
    await setRole(call, params.userId, body.role);
    return {};
  });
  serveMember(app, memberRoutes.remove, async (call, { params }) => {
    await removeMember(call, params.userId);
    return {};
  });
  serveMember(app, memberRoutes.leave, async (call) => {
    await leaveWorkspace(call);
    return {};
  });
  serveMember(app, memberRoutes.giveSender, async (call, { params, body }) => {
    await giveSender(call, params.senderId, body.userId);
    return {};
  });
}
