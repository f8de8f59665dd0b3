import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import type { OwnerApi } from './ownerApi.ts';

/** What a refused input must leave as it was, read over the API. */
export async function storedState(api: OwnerApi) {
  const [contacts, lists, automations, senders, stoplist] = await Promise.all([
    api.call(contactRoutes.list, { query: { limit: 1 } }),
    api.call(contactRoutes.lists),
    api.call(automationRoutes.list),
    api.call(senderRoutes.list),
    api.call(stoplistRoutes.list, { query: { limit: 100 } }),
  ]);
  return {
    contacts: contacts.total,
    lists: lists.items.map(({ name, memberCount }) => `${name}: ${memberCount}`),
    automations: automations.items.map(({ name, status, counts }) => ({ name, status, counts })),
    senders: senders.items.map(({ name, mailbox, devices, linkedin }) => ({
      name,
      address: mailbox.address,
      smtp: mailbox.smtp.status,
      devices: devices.length,
      linkedin: linkedin.status,
    })),
    stoplist: stoplist.items.length,
  };
}
