import { createAccessControl } from 'better-auth/plugins/access';
import { defaultStatements } from 'better-auth/plugins/organization/access';

/** What each role may do to the organization itself (product §8); everything else is checked by services. */
export const accessControl = createAccessControl(defaultStatements);

export const roles = {
  owner: accessControl.newRole({
    organization: ['update'],
    member: ['create', 'update', 'delete'],
    invitation: ['create', 'cancel'],
    team: [],
    ac: ['read'],
  }),
  // An owner manages the workspace: who can invite can also see invitations, and their ids open accounts.
  manager: accessControl.newRole({ organization: [], member: [], invitation: [], team: [], ac: ['read'] }),
  rep: accessControl.newRole({ organization: [], member: [], invitation: [], team: [], ac: ['read'] }),
};
