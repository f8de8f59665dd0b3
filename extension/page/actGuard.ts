import type { LinkedinStep } from '#shared/protocol/linkedin.ts';

export interface ActGuard {
  prepared(step: LinkedinStep): void;
  /** True once for a claim that was prepared in this very document. */
  take(step: LinkedinStep): boolean;
}

/** A last guard in the page itself: one act for one preparation, and never after the page was loaded anew. */
export function createActGuard(): ActGuard {
  let ready: string | null = null;
  const keyOf = (step: LinkedinStep) => `${step.taskId} ${step.fence}`;
  return {
    prepared(step) {
      ready = keyOf(step);
    },
    take(step) {
      const granted = ready === keyOf(step);
      ready = null;
      return granted;
    },
  };
}
