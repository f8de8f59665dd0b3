import type { z } from 'zod';
import { type PersonCard, type PersonSeen, personSeen } from '#shared/contract/devicePerson.ts';
import type { Problem } from '#shared/contract/route.ts';
import { type SalesLead, salesLeadOf } from '#shared/identity/salesLead.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import { err, type Result } from '#shared/kernel/result.ts';
import type { PageAnswer, UiAnswer } from '#shared/protocol/messages.ts';
import type { RapportDatabase } from '../storage/database.ts';
import { personKey, saveApprovals, saveCard, saveTargets } from '../storage/people.ts';
import { answered } from './answers.ts';
import type { DeviceApi } from './api.ts';

export interface PeopleDeps {
  api: DeviceApi;
  database: RapportDatabase;
  clock: Clock;
  /** Without the rep's consent nothing that a LinkedIn page shows leaves this browser. */
  mayRead(): Promise<boolean>;
  /** Asks a tab of the rep's whom its page of Sales Navigator is about. */
  readLead(tabId: number, lead: SalesLead): Promise<PageAnswer<'lead'>>;
  /** An approval may let a step go. */
  wake(): Promise<void>;
}

/**
 * What the side panel asks and orders about the person of the profile that the rep looks at, and about texts that wait
 * for a yes. Answers go to storage, where the panel reads them; only what the rep has the panel open for is asked.
 */
export function createPeople({ api, database, clock, mayRead, readLead, wake }: PeopleDeps) {
  async function keep(
    person: PersonSeen,
    ask: (seen: z.output<typeof personSeen>) => Promise<Result<PersonCard, Problem>>,
  ): Promise<UiAnswer> {
    if (!(await mayRead())) return notAgreed;
    const answer = await ask(personSeen.parse(person));
    if (answer.ok) await saveCard(database, personKey(person), answer.value, clock.now());
    return answered(answer);
  }

  async function refreshApprovals(): Promise<UiAnswer> {
    const answer = await api.approvals();
    if (answer.ok) await saveApprovals(database, answer.value.items, clock.now());
    return answered(answer);
  }

  async function decided(answer: Result<unknown, Problem>): Promise<UiAnswer> {
    // A refusal says that the text is another one by now: show it.
    await refreshApprovals();
    if (answer.ok) await wake();
    return answered(answer);
  }

  return {
    look: (person: PersonSeen) => keep(person, api.findPerson),
    async lead(tabId: number, url: string, name: string): Promise<UiAnswer> {
      if (!(await mayRead())) return notAgreed;
      const lead = salesLeadOf(url);
      if (!lead) return unknownLead('This page is no lead of Sales Navigator.');
      const read = await readLead(tabId, lead).catch((error: unknown) =>
        err({ detail: error instanceof Error ? error.message : String(error) }),
      );
      return read.ok ? { ok: true, person: { ...read.value, name } } : unknownLead(read.error.detail);
    },
    async targets(): Promise<UiAnswer> {
      const answer = await api.targets();
      if (answer.ok) await saveTargets(database, answer.value, clock.now());
      return answered(answer);
    },
    addToList: (person: PersonSeen, listName: string) =>
      keep(person, (seen) => api.addToList(seen, listName)),
    addToAutomation: (person: PersonSeen, automationId: string) =>
      keep(person, (seen) => api.addToAutomation(seen, automationId)),
    pin: (person: PersonSeen, contactId: string, pinned: boolean) =>
      keep(person, () => api.pin(contactId, pinned)),
    addNote: (person: PersonSeen, contactId: string, text: string) =>
      keep(person, () => api.addNote(contactId, text)),
    removeNote: (person: PersonSeen, contactId: string, noteId: string) =>
      keep(person, () => api.removeNote(contactId, noteId)),
    approvals: refreshApprovals,
    approve: async (
      taskId: string,
      textHash: string,
      edited: { text: string; subject: string | null } | undefined,
    ) => decided(await api.approve(taskId, { textHash, ...(edited ? { edited } : {}) })),
    skip: async (taskId: string) => decided(await api.skip(taskId)),
  };
}

function unknownLead(detail: string): UiAnswer {
  return {
    ok: false,
    title: 'Who this lead is could not be read',
    detail,
    action: 'Open their LinkedIn profile: “View LinkedIn profile” in the menu of the lead.',
  };
}

/** What an order is answered before the rep agreed. */
export const notAgreed: UiAnswer = {
  ok: false,
  title: 'Your consent is needed',
  detail: 'Rapport looks at no LinkedIn page before you have agreed.',
  action: 'Read the text in the side panel and agree.',
};
