import { MINUTE } from '#shared/kernel/clock.ts';
import { err, ok } from '#shared/kernel/result.ts';
import type { LinkedinFailure, LinkedinStep, PrepareResult } from '#shared/protocol/linkedin.ts';
import { PageError, type RunnerPage } from '../../extension/background/runner/ports.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import { readPage, refused } from './imports.ts';
import type { Ledger } from './ledger.ts';
import type { Person } from './setup.ts';
import type { VirtualTimers } from './virtualTime.ts';
import { hasPost, isOpenProfile, nameOf, type World } from './world.ts';

export interface Tab {
  browserId: string;
  world: World;
  ledger: Ledger;
  chance: Chance;
  faults: Faults;
  timers: VirtualTimers;
  /** The browser's wall clock. */
  now(): number;
  trace(text: string): void;
}

type ClosedReason = Extract<PrepareResult, { outcome: 'closed' }>['reason'];

/** The working tab on a LinkedIn that refuses, forgets, and shows late; its clicks land in the ledger. */
export function createPage(tab: Tab): RunnerPage {
  const { world, chance, faults } = tab;
  let person: Person | null = null;
  let mayClick = false;

  async function takes(low: number, high: number): Promise<void> {
    await tab.timers.sleep(chance.pick(low, high));
    world.catchUp();
    if (chance.fails(faults.tabClosed)) throw new PageError('tab_closed', 'The tab was closed.');
  }

  /** Null: the right member is signed in. */
  function session(expected: string | null): LinkedinFailure | null {
    const member = world.sessions.get(tab.browserId) ?? null;
    if (!member) return failure('logged_out');
    return expected === null || member.memberId === expected ? null : failure('wrong_account');
  }

  function tieTo(step: LinkedinStep, someone: Person) {
    return world.tie(step.expectedMemberId ?? '', someone);
  }

  function refusal(step: LinkedinStep): LinkedinFailure | null {
    const wrong = session(step.expectedMemberId);
    if (wrong) return wrong;
    if (!chance.fails(faults.refuse)) return null;
    const code = chance.one([
      'timeout',
      'timeout',
      'linkedin_error',
      'too_many_requests',
      'profile_unavailable',
    ] as const);
    return failure(code);
  }

  /** What the step is for is there already, or there is nothing to do it to. */
  function whyNothing(step: LinkedinStep, someone: Person): ClosedReason | null {
    const { state, isFollowed, isLiked } = tieTo(step, someone);
    switch (step.kind) {
      case 'visit':
        return 'visited';
      case 'connect':
        return state === 'none' ? null : state === 'connected' ? 'already_connected' : 'already_invited';
      case 'withdraw':
        return state === 'pending' ? null : 'nothing_to_withdraw';
      case 'inmail':
        return state === 'connected' ? 'already_connected' : null;
      case 'follow':
        return isFollowed ? 'already_following' : null;
      case 'like':
        return !hasPost(someone) ? 'no_post' : isLiked ? 'already_liked' : null;
      default:
        return null;
    }
  }

  function whyNot(step: LinkedinStep, someone: Person): LinkedinFailure['code'] | null {
    if (step.kind === 'message') return tieTo(step, someone).state === 'connected' ? null : 'not_connected';
    if (step.kind !== 'inmail' || isOpenProfile(someone)) return null;
    if (step.inmailPolicy !== 'spend_credit') return 'inmail_not_allowed';
    return world.hasCredit(step.expectedMemberId ?? '') ? null : 'inmail_no_credits';
  }

  /** Whether LinkedIn shows what the step is for. */
  function shows(step: LinkedinStep, someone: Person, baseline: string): boolean {
    const { state, outbound, isFollowed, isLiked } = tieTo(step, someone);
    switch (step.kind) {
      case 'connect':
        return state !== 'none';
      case 'withdraw':
        return state !== 'pending';
      case 'follow':
        return isFollowed;
      case 'like':
        return isLiked;
      default:
        return outbound.slice(Number(baseline)).includes(step.text ?? '');
    }
  }

  function prepared(step: LinkedinStep, someone: Person): PrepareResult {
    const { target } = step;
    const profile = world.profile(step.expectedMemberId ?? '', someone);
    const isRight = target.profileId
      ? target.profileId === someone.profileId
      : target.name === nameOf(someone);
    if (!isRight) return { outcome: 'failed', failure: failure('wrong_person'), profile: null };
    const { inbound, outbound } = tieTo(step, someone);
    const reason = whyNothing(step, someone);
    if (reason) return { outcome: 'closed', reason, profile };
    const code = whyNot(step, someone);
    if (code) return { outcome: 'failed', failure: failure(code), profile: null };
    mayClick = true;
    const isWritten = step.kind === 'message' || step.kind === 'inmail';
    return {
      outcome: 'ready',
      profile: step.kind === 'connect' ? profile : null,
      noteDropped: false,
      lastInboundAt: isWritten ? (inbound.at(-1)?.at ?? null) : null,
      baseline: String(outbound.length),
    };
  }

  function reach(step: LinkedinStep, someone: Person): void {
    if (chance.fails(faults.swallow)) {
      tab.trace(`LinkedIn swallows ${step.taskId}`);
      return;
    }
    const { taskId, kind, fence, text } = step;
    tab.trace(`${tab.browserId} clicks ${kind} ${taskId}#${fence} at ${someone.contactId}`);
    world.clicked(step.expectedMemberId ?? '', someone, step);
    tab.ledger.record({ taskId, kind, text: text ?? '', contactId: world.contactOf(someone) }, fence);
  }

  return {
    async open(step) {
      mayClick = false;
      person = null;
      await takes(500, 6_000);
      const wrong = session(step.expectedMemberId);
      if (wrong) return wrong;
      person = world.at(step.target.slug);
      return null;
    },
    openList: () => takes(500, 6_000),
    ensure: () => takes(100, 2_000),
    async readListPage(request) {
      await takes(200, 5_000);
      const wrong = session(request.expectedMemberId);
      return wrong ? err(refused(wrong.code)) : readPage(world, request, tab);
    },
    async prepare(step) {
      await takes(200, 8_000);
      const refused = refusal(step);
      if (refused) return { outcome: 'failed', failure: refused, profile: null };
      if (!person) return { outcome: 'failed', failure: failure('profile_not_found'), profile: null };
      return prepared(step, person);
    },
    async act(step, notAfter) {
      await takes(50, 3_000);
      if (!mayClick || !person || tab.now() > notAfter)
        return { outcome: 'failed', failure: failure('timeout') };
      mayClick = false;
      reach(step, world.at(step.target.slug) ?? person);
      await takes(10, 500);
      return { outcome: 'clicked' };
    },
    async leave() {
      await takes(50, 500);
      mayClick = false;
      return true;
    },
    async verify(step, baseline) {
      await takes(200, 4_000);
      if (session(step.expectedMemberId)) return { outcome: 'not_seen', detail: 'Nobody is signed in.' };
      if (!person || chance.fails(faults.invisible)) return { outcome: 'not_seen', detail: 'No sign of it.' };
      return shows(step, person, baseline)
        ? { outcome: 'verified', proof: 'seen', remoteId: null }
        : { outcome: 'not_seen', detail: 'No sign of it.' };
    },
    async readSession() {
      await takes(100, 1_000);
      const member = world.sessions.get(tab.browserId) ?? null;
      if (member) return { state: 'logged_in', member };
      return { state: 'inactive', reason: 'logged_out', challenge: null };
    },
    async readAcceptances(expected, sinceMs) {
      await takes(100, 3_000);
      const member = world.sessions.get(tab.browserId) ?? null;
      if (!member) return err(failure('logged_out'));
      if (member.memberId !== expected) return err(failure('wrong_account'));
      return ok(
        world.people.flatMap((each) => {
          const { state, connectedAt } = world.tie(member.memberId, each);
          if (state !== 'connected' || connectedAt < sinceMs) return [];
          return [{ profileId: each.profileId, memberId: null, slug: world.slugOf(each), connectedAt }];
        }),
      );
    },
    async readInbound(expected, sinceMs, knownProfileIds) {
      await takes(100, 3_000);
      const member = world.sessions.get(tab.browserId) ?? null;
      if (!member) return err(failure('logged_out'));
      if (member.memberId !== expected) return err(failure('wrong_account'));
      const known = world.people.filter(({ profileId }) => knownProfileIds.includes(profileId));
      return ok(
        known.flatMap((each) =>
          world
            .tie(member.memberId, each)
            .inbound.filter(({ at }) => at >= sinceMs - MINUTE)
            .map(({ id, at }) => ({
              messageId: id,
              conversationId: each.contactId,
              fromProfileId: each.profileId,
              deliveredAt: at,
              text: 'answer',
            })),
        ),
      );
    },
    async readSentInvitations(expected) {
      await takes(100, 3_000);
      const member = world.sessions.get(tab.browserId) ?? null;
      if (!member) return err(failure('logged_out'));
      if (member.memberId !== expected) return err(failure('wrong_account'));
      const pending = world.people.filter((each) => world.tie(member.memberId, each).state === 'pending');
      const invitations = pending.map((each) => ({
        invitationUrn: `urn:${each.profileId}`,
        profileId: each.profileId,
        memberId: null,
        slug: world.slugOf(each),
        name: nameOf(each),
        sentAt: null,
      }));
      return ok({ invitations, complete: true });
    },
    close: async () => undefined,
  };
}

function failure(code: LinkedinFailure['code']): LinkedinFailure {
  return { code, effect: 'before_effect', detail: code, until: null };
}
