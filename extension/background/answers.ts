import type { Problem } from '#shared/contract/route.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { UiAnswer } from '#shared/protocol/messages.ts';

/** What a page of the extension is told of the server's answer. */
export function answered(answer: Result<unknown, Problem>): UiAnswer {
  if (answer.ok) return { ok: true };
  const { title, detail, action } = answer.error;
  return { ok: false, title, detail, action };
}
