import type { ContactView } from '#shared/contract/contact.ts';

/** What a contact is called on screen: the name, else the best identifier there is. */
export function contactName(
  contact: Pick<ContactView, 'firstName' | 'lastName' | 'email' | 'linkedinSlug'>,
): string {
  const name = `${contact.firstName} ${contact.lastName}`.trim();
  return name || contact.email || contact.linkedinSlug || 'Without a name';
}
