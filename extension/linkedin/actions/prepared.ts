import type { LinkedinFailure, LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';
import type { PageEnv } from '../env.ts';
import { before } from '../failure.ts';

/** What `prepare` left in this document for `act`: the exact control must be found and checked again. */
export interface Prepared {
  taskId: string;
  fence: number;
  profileId: string;
  /** The target as LinkedIn names it now: the sender's own list may spell the name another way. */
  target: LinkedinTarget;
  /**
   * connect: with the note or without it. message, inmail: by the button or by Enter. follow: in the row or
   * in the menu. withdraw, like: `plain`.
   */
  mode: 'plain' | 'note' | 'button' | 'enter' | 'row' | 'menu';
  /** What must stand in the field at the moment of the click. */
  text: string | null;
  /** inmail: what must stand in the subject. */
  subject?: string;
  /** like: which post. */
  post?: string;
}

const byDocument = new WeakMap<Document, Prepared>();

/** Remembers that this document is one click short of the effect. */
export function remember(env: PageEnv, prepared: Prepared): void {
  byDocument.set(env.document, prepared);
}

/** Forgets an earlier preparation: every prepare starts clean. */
export function forget(env: PageEnv): void {
  byDocument.delete(env.document);
}

/** Takes the preparation of this very step, at most once: a second act finds nothing to click. */
export function take(env: PageEnv, step: LinkedinStep): Prepared | LinkedinFailure {
  const prepared = byDocument.get(env.document);
  byDocument.delete(env.document);
  if (prepared?.taskId !== step.taskId || prepared.fence !== step.fence) {
    return before('tab_closed', 'This page was not prepared for this step; it must be prepared again.');
  }
  return prepared;
}
