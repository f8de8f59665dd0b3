/**
 * Our own Message-ID, fixed before sending. The same task and fence give the same id, so that a message
 * whose fate is unknown can be looked for in Sent.
 */
export function messageIdFor(taskId: string, fence: number, domain: string): string {
  return `<${taskId}.${fence}@${domain.toLowerCase()}>`;
}

/** Every `<id@host>` in a header value, in order, without repeats. */
export function idsIn(value: string | null | undefined): string[] {
  // Bounded and without backtracking: the value comes from anybody.
  const found = value?.match(/<[^<>\s]{3,998}>/g) ?? [];
  return [...new Set(found.filter((id) => id.includes('@')))];
}

/** The domain part of an address, lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
