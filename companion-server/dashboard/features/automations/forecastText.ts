import type { CapacityForecast, KindForecast } from '#shared/contract/automation.ts';

/** What one of a kind is called in "last … on". */
const nouns: Record<string, string> = {
  connect: 'invite',
  message: 'message',
  send_email: 'email',
  visit: 'profile visit',
};

/** What one action of a kind is called in a sentence. */
export function nounOf(kind: string): string {
  return nouns[kind] ?? kind.replaceAll('_', ' ');
}

/** "9 December", with the year when it is another one; "later than …" when nobody knows. */
export function lastText({ last }: KindForecast, now: number, zone?: string): string {
  const day = dayText(last.at, now, zone);
  if (last.certainty === 'later_than') return `later than ${day}`;
  return last.certainty === 'extrapolated' ? `about ${day}` : day;
}

/** "430 contacts, 3 senders: last invite on 9 December; one more sender: 21 November." */
export function forecastSentence(forecast: CapacityForecast, now: number, zone?: string): string {
  const main = headline(forecast.kinds);
  if (!main) return '';
  const busy = forecast.senders.length;
  const who = `${counted(forecast.contacts, 'contact')}, ${counted(busy, 'sender')}`;
  const text = lastText(main, now, zone);
  const when = main.last.certainty === 'run' ? `on ${text}` : text;
  const more = forecast.oneMore?.kinds.find(({ kind }) => kind === main.kind);
  const oneMore = more ? `; one more sender: ${lastText(more, now, zone)}` : '';
  return `${who}: last ${nounOf(main.kind)} ${when}${oneMore}.`;
}

/** Invites are the bottleneck wherever there are some; otherwise what ends last. */
function headline(kinds: readonly KindForecast[]): KindForecast | undefined {
  const invites = kinds.find(({ kind }) => kind === 'connect');
  return invites ?? [...kinds].sort((a, b) => b.last.at - a.last.at)[0];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function dayText(at: number, now: number, zone?: string): string {
  const yearOf = (moment: number) =>
    new Intl.DateTimeFormat('en-GB', { year: 'numeric', timeZone: zone }).format(moment);
  return new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'long',
    year: yearOf(at) === yearOf(now) ? undefined : 'numeric',
    timeZone: zone,
  }).format(at);
}
