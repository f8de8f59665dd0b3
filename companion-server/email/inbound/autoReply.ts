import { type Headers, hasNullPath } from './headers.ts';

/**
 * Whether a program answered (RFC 3834). Taking a person for a program is the worse mistake: outreach would
 * go on. So X-Auto-Response-Suppress alone, which Exchange puts on what people write too, is not enough,
 * and neither is a subject. Nor is "auto-generated": help desks put it on what their people write.
 */
export function isAutoReply(headers: Headers): boolean {
  const first = (name: string) => headers.all(name)[0]?.trim().toLowerCase() ?? null;
  const submitted = first('auto-submitted');
  if (submitted !== null && !/^auto-generated\b/.test(submitted)) return !/^no\b/.test(submitted);
  if (first('precedence') === 'auto_reply') return true;
  if (marks.some((name) => isYes(first(name)))) return true;
  if (submitted !== null)
    return hasNullPath(headers) || [AUTOMATIC_SUBJECT, RECEIPT].some((words) => words.test(headers.subject));
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

/** How help desks say that a message came in. */
const RECEIPT =
  /\b(we('ve| have)? received your|(your )?(request|ticket|message|case) (was |has been )?(received|created|opened)|thank you for (contacting|your (message|request|e-?mail)))\b|eingangsbestätigung|wir haben ihre (anfrage|nachricht|e-?mail) erhalten|accusé de réception|acuse de recibo|conferma di ricezione|ontvangstbevestiging|confirmação de rece/iu;
