/** The number of a LinkedIn group or event in what a person pasted: its address, or the number alone. */
export function circleIdIn(place: string, kind: 'group' | 'event'): string | null {
  const text = place.trim();
  if (/^\d{1,20}$/.test(text)) return text;
  const part = kind === 'group' ? 'groups' : 'events';
  // Events may carry their name before the number: /events/freight-day-7300000000000000001/
  const found = new RegExp(
    `^https://(?:www\\.)?linkedin\\.com/${part}/(?:[^/?#]*-)?(\\d{1,20})(?:[/?#]|$)`,
  ).exec(text);
  return found?.[1] ?? null;
}
