/** Finds in an out-of-office note the day from which somebody is back. */

const DAY_MS = 24 * 60 * 60 * 1000;
/** Beyond this lie quotes and disclaimers. */
const NOTE_LENGTH = 5_000;
const LONGEST_ABSENCE = 366 * DAY_MS;

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
  /\b(back|return\w*|available again|reachable again|in the office (again )?(from|on)|wieder|zurück|zurueck|de retour|vuelvo|de vuelta|rientr\w*|volto|terug|tillbaka)/iu;
const UNTIL =
  /\b(until|till|through|thru|bis|jusqu\W?au|hasta|fino a\w*|até|tot( en met)?|t\/m|till och med)(?![\p{L}\d])/iu;

interface FoundDay {
  at: number;
  index: number;
}

/** Midnight UTC of the day of return (the day after an "until"), or null if the text names none. */
export function findReturnDate(text: string, sentAt: number): number | null {
  const candidates: number[] = [];
  for (const sentence of text.slice(0, NOTE_LENGTH).split(/\n{2,}|[!?]\s|(?<!\d)\.\s+(?=\p{Lu})|;/u)) {
    const days = daysIn(sentence.replace(/\s+/g, ' '), sentAt);
    const last = days.at(-1);
    if (!last) continue;
    const flat = sentence.replace(/\s+/g, ' ');
    const back = flat.search(BACK);
    const until = flat.search(UNTIL);
    if (back >= 0) candidates.push((days.find((day) => day.index > back) ?? last).at);
    else if (until >= 0) candidates.push((days.find((day) => day.index > until) ?? last).at + DAY_MS);
  }
  const possible = candidates.filter((at) => at > sentAt - DAY_MS && at - sentAt <= LONGEST_ABSENCE);
  return possible.length === 0 ? null : Math.max(...possible);
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
  for (const match of text.matchAll(/(?<![\d/])(\d{1,2})\/(\d{1,2})(?:\/(\d{4}|\d{2}))?(?![\d/])/g))
    add(match.index, slashed(match[3], Number(match[1]), Number(match[2]), sentAt));
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

/** "3/4": which of the two is the month only the writer knows. The later day that is near wins: late is polite. */
function slashed(year: string | undefined, first: number, second: number, sentAt: number): number | null {
  const both = [inYear(year, second, first, sentAt), inYear(year, first, second, sentAt)];
  const near = both.filter((at): at is number => at !== null && at - sentAt < 120 * DAY_MS && at > sentAt);
  const any = both.filter((at): at is number => at !== null);
  if (near.length > 0) return Math.max(...near);
  return any.length > 0 ? Math.min(...any) : null;
}

/** Without a year: the next such day after the message. */
function inYear(year: string | undefined, month: number, dayOfMonth: number, sentAt: number): number | null {
  if (year !== undefined) return day(Number(year.length === 2 ? `20${year}` : year), month, dayOfMonth);
  const thisYear = new Date(sentAt).getUTCFullYear();
  const at = day(thisYear, month, dayOfMonth);
  return at !== null && at < sentAt - DAY_MS ? day(thisYear + 1, month, dayOfMonth) : at;
}

function day(year: number, month: number, dayOfMonth: number): number | null {
  if (month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31) return null;
  const at = Date.UTC(year, month - 1, dayOfMonth);
  return new Date(at).getUTCDate() === dayOfMonth ? at : null;
}
