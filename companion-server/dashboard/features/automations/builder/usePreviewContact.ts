import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Graph } from '#shared/automation/graph.ts';
import type { TemplateVariables } from '#shared/automation/render.ts';
import { contactRoutes } from '#shared/contract/contact.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import { queryFor } from '../../../api/client.ts';
import { contactName } from '../../contacts/contactName.ts';

export interface PreviewContact {
  id: string;
  name: string;
  variables: TemplateVariables;
}

/** The first contact of the graph's first list, else an invented one, written to by its first sender. */
export function usePreviewContact(graph: Graph, senders: readonly SenderView[]): PreviewContact {
  const listId = graph.nodes.flatMap((node) => (node.type === 'segment' ? node.config.listIds : []))[0];
  const senderId = graph.nodes.flatMap((node) =>
    node.type === 'sender_profile' ? node.config.senders : [],
  )[0]?.senderId;
  const contacts = useQuery({
    ...queryFor(contactRoutes.list, { query: { listId, limit: 1 } }),
    enabled: listId !== undefined,
  });
  const contact = contacts.data?.items[0];
  const senderName = senders.find(({ id }) => id === senderId)?.name ?? 'Sam Sender';
  return useMemo(() => {
    const sender = { senderName, senderFirstName: senderName.split(' ')[0] };
    if (!contact) {
      const example = { firstName: 'Anna', lastName: 'Berg', fullName: 'Anna Berg', company: 'Berg Works' };
      const more = { title: 'Head of Sales', email: 'anna@example.com', location: 'Oslo' };
      return { id: 'example', name: 'an invented contact', variables: { ...example, ...more, ...sender } };
    }
    const { firstName, lastName, company, title, email, location } = contact;
    const fullName = `${firstName} ${lastName}`.trim();
    return {
      id: contact.id,
      name: contactName(contact),
      variables: { firstName, lastName, fullName, company, title, email, location, ...sender },
    };
  }, [contact, senderName]);
}
