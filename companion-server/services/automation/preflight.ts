import type { z } from 'zod';
import { actionChannel, type Graph, isActionType } from '#shared/automation/graph.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import type { preflight } from '#shared/contract/automation.ts';
import { consentRuleFor } from '#shared/law/consent.ts';
import { filesProblem } from '../../engine/index.ts';
import type { ContactRow } from '../contact/view.ts';
import type { MemberCall } from '../context.ts';
import { requireManager } from '../scope.ts';
import { workspaceOf } from '../workspace/me.ts';
import { contactsOf } from './audience.ts';
import {
  type About,
  contactsAre,
  contactsHave,
  createTally,
  type Finding,
  finding,
  type Tally,
} from './finding.ts';
import { forecastGraph } from './forecast.ts';
import { checkCollisions } from './preflightCollisions.ts';
import { checkFlow } from './preflightFlow.ts';
import { checkOverlaps } from './preflightOverlaps.ts';
import { checkReferences } from './preflightReferences.ts';
import {
  actorsOf,
  checkInmailCredits,
  checkNoteQuota,
  checkSenders,
  strictestNote,
} from './preflightSenders.ts';
import { checkTexts } from './preflightTexts.ts';
import { automationOf } from './view.ts';

type Preflight = z.input<typeof preflight>;

/** Runs the draft against the real contacts. */
export async function preflightAutomation(call: MemberCall, automationId: string): Promise<Preflight> {
  requireManager(call);
  const { draft, dailyLimits } = await automationOf(call.db.reader, call, automationId);
  const result = await preflightGraph(call, automationId, draft);
  // A graph with problems has no way through that could be foretold.
  const isWhole = validateGraph(draft).length === 0;
  return { ...result, forecast: isWhole ? await forecastGraph(call, draft, dailyLimits) : null };
}

/** Everything that stands against a start or should be known before it. */
export async function preflightGraph(
  call: MemberCall,
  automationId: string,
  graph: Graph,
  // One that runs may be edited after everybody entered.
  whenEmpty: Finding['severity'] = 'error',
): Promise<Omit<Preflight, 'forecast'>> {
  const actors = await actorsOf(call, graph);
  const people = await checkContacts(call, graph, strictestNote(actors));
  const findings: Finding[] = [
    ...validateGraph(graph).map(({ code, nodeId, message }) => finding('error', code, nodeId, message)),
    ...(await checkReferences(call, graph)),
    ...nobodyEnters(people, whenEmpty),
    ...(await checkEmailNeeds(call, graph)),
    ...(await checkFiles(call, graph)),
    ...checkSenders(graph, actors),
    ...(await checkFlow(call, graph)),
    ...checkNoteQuota(graph, actors, people.reachable, call.clocks.schedule.now()),
    ...checkInmailCredits(graph, actors, people.reachable),
    ...people.findings,
    ...(await checkOverlaps(call, automationId, graph)),
    ...(await checkCollisions(call, graph)),
  ];
  return {
    findings,
    contacts: people.contacts,
    canStart: findings.every(({ severity }) => severity !== 'error'),
  };
}

/** Looks at every contact of the segments, a page at a time. */
async function checkContacts(call: MemberCall, graph: Graph, strictest: number) {
  const tally = createTally();
  const stoplisted = createTally();
  let contacts = 0;
  let reachable = 0;
  const sendsEmail = usesEmail(graph);
  for await (const person of contactsOf(call, graph)) {
    contacts += 1;
    if (person.stoplisted === 1) {
      stoplisted.add(onStoplist, person);
      continue;
    }
    reachable += 1;
    checkChannelData(graph, person, tally);
    if (sendsEmail) checkConsent(person, tally);
    checkTexts(graph, person, strictest, tally);
  }
  return { contacts, reachable, findings: [...tally.findings(), ...stoplisted.findings()] };
}

/** A segment needs a contact that can enter; one that only the stoplist fills has none. */
function nobodyEnters(
  { contacts, reachable }: { contacts: number; reachable: number },
  severity: Finding['severity'],
): Finding[] {
  if (reachable > 0) return [];
  const why =
    contacts === 0 ? 'The segments hold no contacts.' : 'All contacts of the segments are on the stoplist.';
  const todo = 'Put at least one that can enter into a list or tag of a Segment, or widen its filter.';
  return [finding(severity, 'no_contacts', null, `${why} ${todo}`)];
}

const onStoplist: About = {
  severity: 'warning',
  code: 'stoplisted',
  nodeId: null,
  message: (count) => `${contactsAre(count)} on the stoplist and will be left out.`,
};

/** Where the law asks for consent before a first email. */
function checkConsent(person: ContactRow, tally: Tally): void {
  const rule = person.email ? consentRuleFor(person) : null;
  if (!rule) return;
  tally.add(
    {
      severity: 'warning',
      code: 'consent_needed',
      nodeId: null,
      detail: rule.country,
      message: (count) =>
        `${contactsAre(count)} in ${rule.name}, where an email for advertising needs prior consent (${rule.source}). Make sure that you have it, or leave them out.`,
    },
    person,
  );
}

function usesEmail(graph: Graph): boolean {
  return graph.nodes.some((node) => node.type === 'send_email');
}

async function checkEmailNeeds(call: MemberCall, graph: Graph): Promise<Finding[]> {
  if (!usesEmail(graph)) return [];
  const findings: Finding[] = [];
  const { postalAddress } = await workspaceOf(call.db.reader, call);
  if (postalAddress.trim() === '') {
    findings.push(
      finding(
        'error',
        'no_postal_address',
        null,
        'Every email must carry your postal address: enter it in Settings.',
      ),
    );
  }
  const publicUrl = await call.publicUrlCheck.check(false);
  if (!publicUrl.ok) {
    const message = `Unsubscribe links would not work. ${publicUrl.message} ${publicUrl.action ?? ''}`.trim();
    findings.push(finding('error', 'public_url', null, message));
  }
  return findings;
}

/** What each email step carries: there, and within the limits of one email. */
async function checkFiles(call: MemberCall, graph: Graph): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, type, config } of graph.nodes) {
    if (type !== 'send_email') continue;
    const problem = await filesProblem(call.db.reader, call.workspaceId, config);
    if (problem) findings.push(finding('error', 'bad_attachments', id, problem));
  }
  return findings;
}

function checkChannelData(graph: Graph, person: ContactRow, tally: Tally): void {
  for (const node of graph.nodes) {
    if (!isActionType(node.type)) continue;
    const isEmail = actionChannel[node.type] === 'email';
    const isThere = isEmail ? person.email : (person.linkedinSlug ?? person.linkedinProfileId);
    if (isThere !== null) continue;
    const what = isEmail ? 'email address' : 'LinkedIn profile';
    tally.add(
      {
        severity: 'warning',
        code: isEmail ? 'no_email' : 'no_linkedin',
        nodeId: node.id,
        message: (count) => `${contactsHave(count)} no ${what}: this step will fail for them.`,
      },
      person,
    );
  }
}
