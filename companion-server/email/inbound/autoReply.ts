import type { Headers } from './headers.ts';

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
  if (['x-autoreply', 'x-autorespond', 'x-autoresponder'].some((name) => isYes(first(name)))) return true;
  // Old Exchange leaves out Auto-Submitted: its header and its subject together are proof.
  return first('x-auto-response-suppress') !== null && AUTOMATIC_SUBJECT.test(headers.subject);
}

function isYes(value: string | null): boolean {
  return value !== null && value !== 'no' && value !== 'false';
}

const AUTOMATIC_SUBJECT =
  /^\s*(automatic reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|automatische antwort|abwesenheits\w*|réponse automatique|respuesta automática|risposta automatica|resposta automática|automatisch antwoord|autosvar|automaattinen vastaus|odpowiedź automatyczna)\b/iu;
