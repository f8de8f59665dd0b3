import type { App } from '../httpEnv.ts';
import { serveAutomations, serveBulk, serveEnrollments, serveVersions } from './automations.ts';
import { serveContacts, serveImports, servePersonalData, serveStoplist } from './contacts.ts';
import { serveDevicePeople } from './devicePeople.ts';
import { serveDevices } from './devices.ts';
import { serveInbox } from './inbox.ts';
import { serveListImports } from './listImports.ts';
import { serveMailboxes } from './mailboxes.ts';
import { serveMembers } from './members.ts';
import { servePersonWork, serveTags } from './personWork.ts';
import { serveSenderLife } from './senderLife.ts';
import { serveSenders } from './senders.ts';
import { serveSetup } from './setup.ts';
import { serveDeviceTasks, serveTasks } from './tasks.ts';
import { serveAttachments, serveTemplates } from './templates.ts';
import { serveUpkeep } from './upkeep.ts';
import { serveWorkspace } from './workspace.ts';

/** Every route of shared/contract that is not a stream or better-auth's own. */
export function serveAllRoutes(app: App): void {
  serveSetup(app);
  serveWorkspace(app);
  serveMembers(app);
  serveSenders(app);
  serveSenderLife(app);
  serveMailboxes(app);
  serveDevices(app);
  serveDevicePeople(app);
  serveListImports(app);
  serveContacts(app);
  serveInbox(app);
  serveImports(app);
  servePersonalData(app);
  serveStoplist(app);
  serveAutomations(app);
  serveBulk(app);
  serveVersions(app);
  serveEnrollments(app);
  serveTasks(app);
  serveDeviceTasks(app);
  servePersonWork(app);
  serveTags(app);
  serveTemplates(app);
  serveAttachments(app);
  serveUpkeep(app);
}
