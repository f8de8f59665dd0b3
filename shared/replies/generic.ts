/**
 * Phrases by which a message says of itself that a program wrote it, where nothing else tells: what LinkedIn shows has no
 * headers. Taking a person for a program is the worse mistake, so these are few; a workspace edits them.
 */
export const genericReplies: readonly string[] = [
  'this is an automatic reply',
  'this is an automated reply',
  'this is an automated response',
  'dies ist eine automatische antwort',
  'dies ist eine automatische nachricht',
  'ceci est une réponse automatique',
  'esta es una respuesta automática',
  'questa è una risposta automatica',
];

/** Whether the message contains one of the phrases; case and spacing do not count. */
export function isGenericReply(text: string, phrases: readonly string[]): boolean {
  const said = folded(text);
  return phrases.some((phrase) => folded(phrase) !== '' && said.includes(folded(phrase)));
}

function folded(text: string): string {
  return text.toLowerCase().replace(/\s+/gu, ' ').trim();
}
