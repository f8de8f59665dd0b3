import { z } from 'zod';
import { personSeen } from '#shared/contract/devicePerson.ts';
import { IMPORT_PEOPLE } from '#shared/contract/listImport.ts';
import {
  acceptanceRead,
  actResult,
  inboundMessageRead,
  linkedinFailure,
  linkedinStep,
  prepareResult,
  sentInvitationsRead,
  sessionReport,
  verifyResult,
} from './linkedin.ts';
import { listKind, listRead } from './lists.ts';
import { layoutRead } from './remoteRules.ts';

/** Every message inside the extension: what is asked and what is answered, parsed at both ends. */

/** How a request of popup, side panel or options ended. */
export const uiAnswer = z.discriminatedUnion('ok', [
  /** `person`: who was asked about, where the order was to find that out. */
  z.object({ ok: z.literal(true), person: personSeen.optional() }),
  z.object({ ok: z.literal(false), title: z.string(), detail: z.string(), action: z.string().nullable() }),
]);
export type UiAnswer = z.infer<typeof uiAnswer>;

const salesLead = z.object({
  id: z.string().max(100),
  authType: z.string().max(100),
  authToken: z.string().max(100),
});

/** Whose session a read must be. */
const asMember = z.object({ expectedMemberId: z.string().nullable() });

/** One piece of work inside a LinkedIn page, done by the injected runner. */
const pageRequest = z.discriminatedUnion('op', [
  z.object({ op: z.literal('ping') }),
  z.object({ op: z.literal('session') }),
  /** Whether the bound member is the one signed in. */
  asMember.extend({ op: z.literal('member') }),
  z.object({ op: z.literal('prepare'), step: linkedinStep }),
  /** `notAfter`: unix ms; this computer may have slept since it was asked. */
  z.object({ op: z.literal('act'), step: linkedinStep, notAfter: z.number() }),
  /** Takes back what a step typed that is not done after all. */
  z.object({ op: z.literal('leave'), step: linkedinStep }),
  z.object({ op: z.literal('verify'), step: linkedinStep, baseline: z.string().max(4000) }),
  asMember.extend({ op: z.literal('acceptances'), sinceMs: z.number().int() }),
  asMember.extend({
    op: z.literal('inbound'),
    sinceMs: z.number().int(),
    knownProfileIds: z.array(z.string()).max(50_000),
  }),
  asMember.extend({ op: z.literal('sentInvitations') }),
  z.object({ op: z.literal('layout') }),
  z.object({ op: z.literal('lead'), lead: salesLead }),
  asMember.extend({
    op: z.literal('listPage'),
    list: z.object({ kind: listKind, id: z.string().nullable(), url: z.string() }),
    start: z.number().int(),
    count: z.number().int(),
  }),
]);
export type PageRequest = z.infer<typeof pageRequest>;

/** What a read gave, or why it could not be read. */
function readResult<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), value }),
    z.object({ ok: z.literal(false), error: linkedinFailure }),
  ]);
}

/** The answer to each `op`. */
export const pageAnswers = {
  ping: z.object({}),
  session: sessionReport,
  /** Null: the bound member is. */
  member: z.object({ failure: linkedinFailure.nullable() }),
  prepare: prepareResult,
  act: actResult,
  leave: z.object({}),
  verify: verifyResult,
  acceptances: readResult(z.array(acceptanceRead)),
  inbound: readResult(z.array(inboundMessageRead)),
  sentInvitations: readResult(sentInvitationsRead),
  layout: layoutRead,
  lead: readResult(personSeen),
  listPage: listRead,
};
export type PageAnswer<Op extends keyof typeof pageAnswers> = z.infer<(typeof pageAnswers)[Op]>;

/** Why the page has no answer: the call's deadline passed, the rep took the tab, or anything else went wrong in it. */
const noAnswer = z.object({
  ok: z.literal(false),
  code: z.enum(['timeout', 'tab_closed', 'linkedin_error']),
  detail: z.string().max(500),
});

/** What the page says to a call: the answer to its `op`, or why it has none. */
export function pageReply(op: PageRequest['op']) {
  return z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), answer: pageAnswers[op] }), noAnswer]);
}
export type PageReply = { ok: true; answer: unknown } | z.infer<typeof noAnswer>;

/** A request to the runner with its deadline; `callId` lets the background withdraw it. */
const runnerCall = z.object({
  callId: z.string(),
  deadlineMs: z.number().int().min(1),
  request: pageRequest,
  /** The server's update of the selector catalogue, parsed in the page; null: the built-in one rules. */
  catalogue: z.unknown().default(null),
});
export type RunnerCall = z.infer<typeof runnerCall>;

const nothing = z.undefined();

/** About the person of the profile that the rep looks at. */
const aboutPerson = z.object({ person: personSeen });
const aboutContact = aboutPerson.extend({ contactId: z.string() });

/** Message type -> what it carries. The background and the runner parse with these before they look inside. */
export const messageSchemas = {
  'ui.refresh': nothing,
  'ui.pair': z.object({ serverUrl: z.string().trim().min(1).max(300) }),
  'ui.cancelPairing': nothing,
  'ui.unpair': nothing,
  'ui.consent': z.object({ agreed: z.boolean() }),
  'ui.pause': nothing,
  'ui.resume': nothing,
  'ui.reconnect': nothing,
  'ui.stopEverything': nothing,
  'ui.mode': z.object({ approveEach: z.boolean() }),
  /** Asks the server about somebody; the answer is kept where the side panel reads. */
  'ui.look': aboutPerson,
  /** Asks the rep's own tab whom the Sales Navigator page that it shows is about. */
  'ui.lead': z.object({ tabId: z.number().int(), url: z.string().max(4000), name: z.string().max(300) }),
  'ui.targets': nothing,
  'ui.addToList': aboutPerson.extend({ listName: z.string().trim().min(1).max(120) }),
  'ui.addToAutomation': aboutPerson.extend({ automationId: z.string() }),
  'ui.pin': aboutContact.extend({ pinned: z.boolean() }),
  'ui.addNote': aboutContact.extend({ text: z.string().trim().min(1).max(4000) }),
  'ui.removeNote': aboutContact.extend({ noteId: z.string() }),
  'ui.imports': nothing,
  'ui.importList': z.object({
    url: z.string().max(4000),
    listName: z.string().trim().min(1).max(120),
    atMost: z.number().int().min(1).max(IMPORT_PEOPLE),
  }),
  'ui.stopImport': z.object({ importId: z.string() }),
  'ui.resumeImport': z.object({ importId: z.string() }),
  'ui.approvals': nothing,
  'ui.approve': z.object({
    taskId: z.string(),
    textHash: z.string().max(64),
    edited: z
      .object({ text: z.string().trim().min(1).max(8000), subject: z.string().trim().max(300).nullable() })
      .optional(),
  }),
  'ui.skip': z.object({ taskId: z.string() }),
  'sentinel.session': z.object({ report: sessionReport }),
  'runner.call': runnerCall,
  'runner.cancel': z.object({ callId: z.string() }),
  /** The rep clicks or types in the page that the runner works in. */
  'runner.used': nothing,
};

export type UiMessage = Extract<keyof typeof messageSchemas, `ui.${string}`>;

/** What a page of the extension sends with each order. */
export type UiData<T extends UiMessage> = z.input<(typeof messageSchemas)[T]>;

type UiProtocol = {
  [T in UiMessage]: UiData<T> extends undefined ? () => UiAnswer : (data: UiData<T>) => UiAnswer;
};

/** The one typed protocol of the extension; what `runner.call` answers is parsed by op with `pageReply`. */
export interface ProtocolMap extends UiProtocol {
  'sentinel.session'(data: { report: z.infer<typeof sessionReport> }): void;
  'runner.call'(data: RunnerCall): PageReply;
  'runner.cancel'(data: { callId: string }): void;
  'runner.used'(): void;
}
