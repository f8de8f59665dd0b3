import { type Headers, hasNullPath } from './headers.ts';

/**
 * Whether a program answered (RFC 3834). Taking a person for a program is the worse mistake: outreach would
 * go on. So X-Auto-Response-Suppress alone, which Exchange puts on what people write too, is not enough,
 * and neither is a subject.
 */
export function isAutoReply(headers: Headers): boolean {
  const first = (name: string) => headers.all(name)[0]?.trim().toLowerCase() ?? null;
  const submitted = first('auto-submitted');
  if (submitted !== null) return !/^no\b/.test(submitted);
  if (first('precedence') === 'auto_reply') return true;
  if (marks.some((name) => isYes(first(name)))) return true;
  // Old Exchange and hand-made responders leave out Auto-Submitted: with one of these the subject is proof.
  const isMarked =
    first('x-auto-response-suppress') !== null ||
    hasNullPath(headers) ||
    /^(bulk|junk)$/.test(first('precedence') ?? '');
  return isMarked && AUTOMATIC_SUBJECT.test(headers.subject);
}

const marks = ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-mail-autoreply', 'x-vacation'];

function isYes(value: string | null): boolean {
  return value !== null && value !== 'no' && value !== 'false';
}

const AUTOMATIC_SUBJECT =
  /^\s*(re:\s*)?\[?(automatic reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|away from (the )?office|automatische antwort|abwesenheits\p{L}*|abwesend|réponse automatique|absence du bureau|absent\p{L}* du bureau|message d.absence|respuesta automática|fuera de (la )?oficina|risposta automatica|fuori (sede|ufficio)|resposta automática|fora do escritório|ausência|automatisch antwoord|afwezig\p{L}*|autosvar|automaattinen vastaus|odpowiedź automatyczna)(?!\p{L})/iu;
