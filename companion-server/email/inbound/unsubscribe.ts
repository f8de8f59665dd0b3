import { idsIn } from '../messageId.ts';

/** The ids in the subject that our `List-Unsubscribe: mailto:` asks for; none if it is another mail. */
export function mailtoUnsubscribeIds(subject: string): string[] {
  return /^\s*unsubscribe\b/i.test(subject) ? idsIn(subject) : [];
}

/**
 * A short answer that says nothing but "take me off". It is only suggested: the reply stops outreach anyway, and a
 * person confirms the rest. Anything longer is for the rep to read.
 */
export function asksToUnsubscribe(newText: string): boolean {
  const said = newText
    .toLowerCase()
    .replace(/[^\p{L}\s']/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return said.length <= 160 && PHRASES.some((phrase) => phrase.test(said));
}

const PHRASES: readonly RegExp[] = [
  /^(please )?(unsubscribe|stop|remove)( me)?( please)?( thanks| thank you)?$/,
  /\bunsubscribe me\b/,
  /\b(remove|take|delete) (me|my (name|email|address|email address)) (from|off)\b/,
  /\b(stop|don't|do not) (emailing|email|contacting|contact|writing|write|messaging|message)( to)? me\b/,
  /\bopt (me )?out\b/,
  /^(bitte )?(abmelden|austragen|abbestellen)( bitte)?$/,
  /\bkeine (weiteren )?(e ?mails|nachrichten|mails)( mehr)?\b|\bnicht (mehr|weiter) (kontaktieren|anschreiben)\b/,
  /\b(nehmen sie|streichen sie|löschen sie) mich (bitte )?(aus|von)\b|\bmich (bitte )?(aus|von) (ihrer|dem|der) (liste|verteiler)/,
  /désinscri(re|vez)|\bme désabonner\b|\bdésabonnez\b|\bne (me|nous) (contactez|écrivez) plus\b|\bretirez (moi|mon adresse)\b/,
  /\bdarme de baja\b|\bdame de baja\b|\bdenme de baja\b|\bno (me )?(contacten?|escriban?) más\b|\bno deseo recibir\b/,
  /\b(uitschrijven|afmelden)\b|\bgeen (verdere )?(e ?mails|mails|berichten) meer\b|\bschrijf (me|mij) uit\b/,
  /\bcancella(te)?mi\b|\bcancellarmi\b|\brimuove(te|re) il mio\b|\bnon (mi )?(contattatemi|contattare|scrivetemi) più\b|\bdisiscri/,
  /\b(cancelar|remover|retirar?) (a )?(minha|meu)\b|\bremova(m)? (me|o meu|meu)\b|\bdescadastr|\bnão (desejo|quero) (mais )?receber\b/,
];
