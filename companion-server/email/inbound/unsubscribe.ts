import { idsIn } from '../messageId.ts';

/** The ids in the subject that our `List-Unsubscribe: mailto:` asks for; none if it is another mail. */
export function mailtoUnsubscribeIds(subject: string): string[] {
  return /^\s*unsubscribe\b/i.test(subject) ? idsIn(subject) : [];
}

/**
 * A short answer that says nothing but "take me off". Anything longer is a reply, which stops outreach too
 * and leaves it to the rep.
 */
export function asksToUnsubscribe(newText: string): boolean {
  const said = newText
    .toLowerCase()
    .replace(/[^\p{L}\s']/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return said.length <= 120 && PHRASES.some((phrase) => phrase.test(said));
}

const PHRASES: readonly RegExp[] = [
  /^(please )?(unsubscribe|stop|remove)( me)?( please)?( thanks| thank you)?$/,
  /\bunsubscribe me\b/,
  /\b(remove|take|delete) (me|my (name|email|address|email address)) (from|off)\b/,
  /\b(stop|don't|do not) (emailing|email|contacting|contact|writing|write|messaging|message)( to)? me\b/,
  /\bopt (me )?out\b/,
  /^(bitte )?(abmelden|austragen|abbestellen)( bitte)?$/,
  /\b(keine (weiteren )?(e ?mails|nachrichten|mails)( mehr)?)\b/,
  /\bdésinscri(re|vez)\b|\bme désabonner\b|\bdésabonnez\b/,
  /\bdarme de baja\b|\bdame de baja\b/,
  /\b(uitschrijven|afmelden)\b/,
  /\bcancellami\b|\bcancellatemi\b/,
];
