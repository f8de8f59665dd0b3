import { outOfOffice, replyTo } from './messages.ts';
import type { MailFields, PersonScript, SentMail } from './types.ts';

interface Scheduled {
  at: number;
  message: MailFields;
}

export interface Answers {
  /** A person received a mail: an answer is due if they have a script. */
  received(mail: SentMail, person: string, script: PersonScript): void;
  nextEventAt(): number | null;
  /** Delivers what is due and sets the timer for the next. */
  settle(): Promise<void>;
  stop(): void;
}

/** The scripted answers: due by sandbox time, delivered by a timer or when the clock is moved. */
export function createAnswers(now: () => number, deliver: (message: MailFields) => Promise<void>): Answers {
  let scheduled: Scheduled[] = [];
  let timer: NodeJS.Timeout | undefined;
  /** Deliveries run one after the other, so that whoever awaits `settle` finds all of them done. */
  let running: Promise<void> = Promise.resolve();

  const nextEventAt = () => (scheduled.length === 0 ? null : Math.min(...scheduled.map((entry) => entry.at)));

  async function deliverDue(): Promise<void> {
    const due = scheduled.filter((entry) => entry.at <= now()).sort((a, b) => a.at - b.at);
    scheduled = scheduled.filter((entry) => !due.includes(entry));
    for (const entry of due) await deliver({ ...entry.message, date: entry.at });
    clearTimeout(timer);
    const next = nextEventAt();
    if (next === null) return;
    timer = setTimeout(settle, Math.min(Math.max(next - now(), 0), 2 ** 31 - 1));
    timer.unref();
  }

  function settle(): Promise<void> {
    running = running.then(deliverDue);
    return running;
  }

  return {
    received(mail, person, script) {
      const from = script.name ? `${script.name} <${person}>` : person;
      const message = (script.automatic ? outOfOffice : replyTo)(mail, from, script.text);
      scheduled.push({ at: mail.at + script.replyAfterMs, message });
      void settle();
    },
    nextEventAt,
    settle,
    stop() {
      clearTimeout(timer);
      scheduled = [];
    },
  };
}
