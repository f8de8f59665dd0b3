import type { Clock, Timers } from '#shared/kernel/clock.ts';
import type { Catalogue } from './selectors/catalogue.ts';

/** Everything this folder may touch of the outside world: one LinkedIn page, its fetch, and time. */
export interface PageEnv {
  window: Window;
  document: Document;
  fetch: typeof fetch;
  clock: Clock;
  timers: Timers;
  /** Selector catalogue sent by the server (already validated); the shipped one without it. */
  catalogue?: Catalogue;
  /** Shorter or longer waits than the shipped ones. */
  deadlines?: Partial<Deadlines>;
}

/** How long each kind of wait may last, in ms. */
export interface Deadlines {
  /** The page's own content after navigation: top card, composer. */
  page: number;
  /** What a click, typing or scrolling brings: menu, dialog, next step, a Send button, rows. After it that may be repeated. */
  open: number;
  /** Reading an effect back. */
  verify: number;
  /** One same-origin GET. */
  request: number;
}

const shipped: Deadlines = { page: 15_000, open: 4_000, verify: 15_000, request: 15_000 };

/** The wait that applies in this environment. */
export function deadline(env: PageEnv, kind: keyof Deadlines): number {
  return env.deadlines?.[kind] ?? shipped[kind];
}
