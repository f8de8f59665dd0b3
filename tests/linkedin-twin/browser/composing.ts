import { type Answer, call, field } from './page.ts';

/** What the message page and the overlay share: reading the editor, sending, reading the answer. */

/** The editor's text: blocks are lines, a lone trailing <br> is not. */
export function editorText(editor: Element): string {
  const lines: string[] = [''];
  const add = (text: string) => {
    lines[lines.length - 1] += text;
  };
  const walk = (node: Node, last: boolean) => {
    if (node.nodeType === Node.TEXT_NODE) return add(node.textContent ?? '');
    if (node.nodeName === 'BR') {
      if (!last) lines.push('');
      return;
    }
    const block = node.nodeName === 'P' || node.nodeName === 'DIV';
    if (block && node.previousSibling) lines.push('');
    for (const child of node.childNodes) walk(child, child === node.lastChild);
  };
  for (const child of editor.childNodes) walk(child, child === editor.lastChild);
  return lines.join('\n').replaceAll('\u00a0', ' ').trim();
}

/** Sends into a thread, or to a person; the answer says which thread it landed in. */
export function createMessage(
  via: string,
  message: { self: string; text: string; subject?: string; threadId?: string; recipient?: string },
): Promise<Answer> {
  const { self, text, subject, threadId, recipient } = message;
  return call('POST', '/voyager/api/voyagerMessagingDashMessengerMessages?action=createMessage', via, {
    message: {
      body: { attributes: [], text },
      renderContentUnions: [],
      originToken: crypto.randomUUID(),
      ...(subject ? { subject } : {}),
      ...(threadId
        ? { conversationUrn: `urn:li:msg_conversation:(urn:li:fsd_profile:${self},${threadId})` }
        : {}),
    },
    mailboxUrn: `urn:li:fsd_profile:${self}`,
    trackingId: String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))),
    dedupeByClientGeneratedToken: false,
    ...(recipient ? { hostRecipientUrns: [`urn:li:fsd_profile:${recipient}`] } : {}),
  });
}

/** The message that an answer tells of; null where it tells of none. */
export function sentIn(answer: Answer): { urn: string; threadId: string; at: number } | null {
  const value = answer.kind === 'json' ? field(answer.body, 'data', 'value') : undefined;
  const urn = field(value, 'entityUrn');
  const conversation = field(value, 'conversationUrn');
  if (typeof urn !== 'string' || typeof conversation !== 'string') return null;
  return {
    urn,
    threadId: /,(2-[^,()]+)\)/.exec(conversation)?.[1] ?? '',
    at: Number(field(value, 'deliveredAt')),
  };
}
