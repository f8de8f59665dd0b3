import { useState } from 'react';
import { type ProtocolMap, type UiAnswer, type UiMessage, uiAnswer } from '#shared/protocol/messages.ts';
import { sendMessage } from '../messaging.ts';

export type Refusal = Extract<UiAnswer, { ok: false }>;

/** Orders something from the background. A background that does not answer is a refusal, too. */
export async function order<T extends UiMessage>(
  type: T,
  ...data: Parameters<ProtocolMap[T]>
): Promise<UiAnswer> {
  try {
    const answer: unknown = await (sendMessage as (type: string, data?: unknown) => Promise<unknown>)(
      type,
      data[0],
    );
    return uiAnswer.parse(answer);
  } catch (error) {
    return {
      ok: false,
      title: 'Rapport does not answer',
      detail: error instanceof Error ? error.message : String(error),
      action: 'Close this page and open it again. If it stays, reload the extension.',
    };
  }
}

/** One order at a time with its refusal, for a button or a form. */
export function useOrder(): {
  busy: boolean;
  refusal: Refusal | null;
  run(work: () => Promise<UiAnswer>): Promise<boolean>;
} {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  return {
    busy,
    refusal,
    async run(work) {
      setBusy(true);
      setRefusal(null);
      const answer = await work();
      setBusy(false);
      if (!answer.ok) setRefusal(answer);
      return answer.ok;
    },
  };
}
