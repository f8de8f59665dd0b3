import { DAY } from '#shared/kernel/clock.ts';

/** Finds in an out-of-office note the day from which somebody is back. */

/** Beyond this lie quotes and disclaimers. */
const NOTE_LENGTH = 5_000;
const LONGEST_ABSENCE = 366 * DAY;

/** Month names and their usual short forms (en, de, fr, es, it, pt, nl, sv), whole words only. */
const MONTHS: readonly string[][] = [
  'january jan januar jänner janvier janv enero ene gennaio gen janeiro januari',
  'february feb februar février févr fév febrero febbraio fevereiro fev februari',
  'march mar märz mrz mars marzo março maart mrt',
  'april apr avril avr abril abr aprile',
  'may mai mayo maggio mag maio mei maj',
  'june jun juni juin junio giugno giu junho',
  'july jul juli juillet juil julio luglio lug julho',
  'august aug août aout agosto ago augustus augusti',
  'september sep sept septembre septiembre settembre set setembro',
  'october oct oktober okt octobre octubre ottobre ott outubro out',
  'november nov novembre noviembre novembro',
  'december dec dezember dez décembre déc diciembre dic dicembre dezembro',
].map((names) => names.split(' '));

const BACK =
  /\b(back|return\w*|available again|reachable again|in the office (again )?(from|on)|wieder|zurück|zurueck|de retour|reviendr\w*|serai (à|a) nouveau|reprend\w*|vuelvo|volver\w*|de vuelta|regres\w*|me reincorpor\w*|rientr\w*|torner\w*|di ritorno|sarò di nuovo|volto|voltarei|estarei de volta|retorn\w*|regress\w*|terug|weer (aanwezig|bereikbaar)|tillbaka)/iu;
const UNTIL =
  /(?<!\p{L})(until|till|through|thru|bis|jusqu\W?(au|à)|hasta|fino (a\w*|al)|sino al|até|tot( en met)?|t\/m|till och med)(?![\p{L}\d])/iu;
/** With no word of return, the last day named beside one of these is the last away. */
const AWAY =
  /(?<!\p{L})(away|out of (the )?office|on (annual )?leave|on (vacation|holiday)|absent\p{L}*|absence|en congés?|en vacances|abwesend|nicht (im (büro|haus)|erreichbar)|(im )?urlaub|fuera de (la )?oficina|de vacaciones|ausente|ausencia|fuori (sede|ufficio)|in ferie|assente|afwezig|(met|op) vakantie|de férias|fora do escritório|ausência)(?!\p{L})/iu;

/** Only where English is written may the month stand first: "3/20". */
const ENGLISH =
  /\b(back|return(s|ing)?|until|till|through|away|office|leave|vacation|holidays?|available)\b/i;

interface FoundDay {
  at: number;
  index: number;
}

/** Midnight UTC of the day of return (the day after an "until"), or null if the text names none. */
export function findReturnDate(text: string, sentAt: number): number | null {
  const candidates: number[] = [];
  for (const sentence of text.slice(0, NOTE_LENGTH).split(/\n{2,}|[!?]\s|(?<!\d)\.\s+(?=\p{Lu})|;/u)) {
    const flat = sentence.replace(/\s+/g, ' ');
    const back = flat.search(BACK);
    const days = daysIn(flat, sentAt);
    const last = days.at(-1);
    if (!last) {
      const weekday = back >= 0 ? weekdayIn(flat.slice(back), sentAt) : null;
      if (weekday !== null) candidates.push(weekday);
      continue;
    }
    const until = flat.search(UNTIL);
    const afterBack = back >= 0 ? days.find((day) => day.index > back) : undefined;
    if (afterBack) candidates.push(afterBack.at);
    else if (until >= 0) candidates.push((days.find((day) => day.index > until) ?? last).at + DAY);
    else if (back >= 0) candidates.push(last.at);
    else if (AWAY.test(flat)) candidates.push(last.at + DAY);
  }
  const possible = candidates.filter((at) => at > sentAt - DAY && at - sentAt <= LONGEST_ABSENCE);
  return possible.length === 0 ? null : Math.max(...possible);
}

/** Sunday first, as JavaScript counts (en, de, fr, es, it, pt, nl). */
const WEEKDAYS: readonly string[][] = [
  'sunday sonntag dimanche domingo domenica zondag',
  'monday montag lundi lunes lunedì segunda-feira segunda maandag',
  'tuesday dienstag mardi martes martedì terça-feira terça dinsdag',
  'wednesday mittwoch mercredi miércoles mercoledì quarta-feira quarta woensdag',
  'thursday donnerstag jeudi jueves giovedì quinta-feira quinta donderdag',
  'friday freitag vendredi viernes venerdì sexta-feira sexta vrijdag',
  'saturday samstag sonnabend samedi sábado sabato zaterdag',
].map((names) => names.split(' '));

/** "Back on Monday": the next one after the message. */
function weekdayIn(text: string, sentAt: number): number | null {
  const words: string[] = text.toLowerCase().match(/[\p{L}-]+/gu) ?? [];
  const weekday = WEEKDAYS.findIndex((names) => names.some((name) => words.includes(name)));
  if (weekday < 0) return null;
  const sent = new Date(sentAt);
  const ahead = (weekday - sent.getUTCDay() + 7) % 7 || 7;
  return Date.UTC(sent.getUTCFullYear(), sent.getUTCMonth(), sent.getUTCDate() + ahead);
}

function daysIn(text: string, sentAt: number): FoundDay[] {
  const found: FoundDay[] = [];
  const add = (index: number, at: number | null) => {
    if (at !== null) found.push({ index, at });
  };
  for (const match of text.matchAll(/\b(\d{4})-(\d{2})-(\d{2})\b/g))
    add(match.index, day(Number(match[1]), Number(match[2]), Number(match[3])));
  for (const match of text.matchAll(/(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})?(?!\d)/g))
    add(match.index, inYear(match[3], Number(match[2]), Number(match[1]), sentAt));
  const order = ENGLISH.test(text) ? eitherFirst : dayThenMonth;
  for (const match of text.matchAll(/(?<![\d/])(\d{1,2})\/(\d{1,2})(?:\/(\d{4}|\d{2}))?(?![\d/])/g))
    add(match.index, order(match[3], Number(match[1]), Number(match[2]), sentAt));
  for (const match of text.matchAll(/(?<![\d-])(\d{1,2})-(\d{1,2})-(\d{4}|\d{2})(?![\d-])/g))
    add(match.index, order(match[3], Number(match[1]), Number(match[2]), sentAt));
  const dayFirst =
    /\b(\d{1,2})(?:st|nd|rd|th|\.|º)?\s+(?:of\s+|de\s+)?(\p{L}{3,10})\.?,?(?:\s+(?:de\s+)?(\d{4}))?/gu;
  for (const match of text.matchAll(dayFirst))
    add(match.index, inYear(match[3], monthOf(match[2]), Number(match[1]), sentAt));
  const monthFirst = /(?<![\p{L}])(\p{L}{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+(\d{4}))?/gu;
  for (const match of text.matchAll(monthFirst))
    add(match.index, inYear(match[3], monthOf(match[1]), Number(match[2]), sentAt));
  return found.sort((a, b) => a.index - b.index || b.at - a.at);
}

/** 1 to 12, or 0 for a word that is no month. */
function monthOf(word: string | undefined): number {
  const lower = (word ?? '').toLowerCase();
  return MONTHS.findIndex((names) => names.includes(lower)) + 1;
}

function dayThenMonth(
  year: string | undefined,
  first: number,
  second: number,
  sentAt: number,
): number | null {
  return inYear(year, second, first, sentAt);
}

/** "3/4": which of the two is the month only the writer knows. The later day that is near wins: late is polite. */
function eitherFirst(year: string | undefined, first: number, second: number, sentAt: number): number | null {
  const both = [inYear(year, second, first, sentAt), inYear(year, first, second, sentAt)];
  const near = both.filter((at): at is number => at !== null && at - sentAt < 120 * DAY && at > sentAt);
  const any = both.filter((at): at is number => at !== null);
  if (near.length > 0) return Math.max(...near);
  return any.length > 0 ? Math.min(...any) : null;
}

/** Without a year: the next such day after the message. */
function inYear(year: string | undefined, month: number, dayOfMonth: number, sentAt: number): number | null {
  if (year !== undefined) return day(Number(year.length === 2 ? `20${year}` : year), month, dayOfMonth);
  const thisYear = new Date(sentAt).getUTCFullYear();
  const at = day(thisYear, month, dayOfMonth);
  return at !== null && at < sentAt - DAY ? day(thisYear + 1, month, dayOfMonth) : at;
}

function day(year: number, month: number, dayOfMonth: number): number | null {
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31) return null;
  const at = Date.UTC(year, month - 1, dayOfMonth);
  return new Date(at).getUTCDate() === dayOfMonth ? at : null;
}
