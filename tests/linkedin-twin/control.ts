import { z } from 'zod';
import { resetTime } from './clock.ts';
import type { Sessions } from './server/session.ts';
import { challengeKind, fault, type QuotaChange, twinCircle, twinLocale, twinPerson } from './types.ts';
import { settle } from './world/events.ts';
import { becomeConnected } from './world/invites.ts';
import { receiveMessage } from './world/messages.ts';
import type { Account, World } from './world/world.ts';

const memberId = z.string();
/** A person by profile id, slug or member number. */
const person = z.string();

/** Every lever of the twin: the same list in process and over HTTP. */
export const twinCommand = z.discriminatedUnion('action', [
  z.object({ action: z.literal('logout'), memberId }),
  z.object({ action: z.literal('expireSession'), memberId }),
  z.object({ action: z.literal('requireChallenge'), memberId, kind: challengeKind.nullable() }),
  z.object({
    action: z.literal('setLocale'),
    locale: twinLocale,
    /** What the pages say their language is, where that is none the texts are in. */
    lang: z.string().min(2).optional(),
  }),
  z.object({
    action: z.literal('setQuota'),
    memberId,
    quota: z.object({
      notesLeft: z.number().int().nonnegative().optional(),
      weeklyInvitesLeft: z.number().int().nonnegative().optional(),
      weeklyWarnAt: z.number().int().nonnegative().optional(),
      invitesRestricted: z.boolean().optional(),
      inmailCredits: z.number().int().nonnegative().optional(),
      searchPagesLeft: z.number().int().nonnegative().optional(),
    }),
  }),
  z.object({ action: z.literal('armFault'), fault }),
  z.object({ action: z.literal('clearFaults') }),
  z.object({
    action: z.literal('renameField'),
    /** Of entities of this type (the last word of `$type`); every object where left out. */
    of: z.string().optional(),
    field: z.string().min(1),
  }),
  z.object({ action: z.literal('inviteFromOutside'), memberId, person, note: z.string().nullable() }),
  z.object({ action: z.literal('messageFromOutside'), memberId, person, text: z.string().min(1) }),
  z.object({ action: z.literal('acceptInvite'), memberId, person }),
  z.object({
    action: z.literal('setRelation'),
    memberId,
    person,
    /** `withdrawn`: nothing is pending, and LinkedIn lets nobody ask again for three weeks. */
    state: z.enum(['none', 'pending', 'connected', 'withdrawn']),
  }),
  z.object({ action: z.literal('setHydrationDelay'), ms: z.number().int().nonnegative() }),
  z.object({ action: z.literal('setSendMode'), memberId, mode: z.enum(['click', 'enter']) }),
  z.object({ action: z.literal('setFollowing'), memberId, person, following: z.boolean() }),
  z.object({ action: z.literal('setLiked'), memberId, activityId: z.string(), liked: z.boolean() }),
  z.object({ action: z.literal('setGone'), person, gone: z.boolean() }),
  z.object({ action: z.literal('renameSlug'), person, slug: z.string().min(1) }),
  z.object({ action: z.literal('addPerson'), person: twinPerson }),
  z.object({ action: z.literal('setCircle'), circle: twinCircle }),
  z.object({ action: z.literal('newBuild') }),
  z.object({ action: z.literal('rotateQueryIds'), back: z.boolean().optional() }),
  z.object({ action: z.literal('watchClicks'), on: z.boolean() }),
  z.object({ action: z.literal('oldestDecoration'), number: z.number().int().nonnegative() }),
  z.object({ action: z.literal('setClockOffset'), ms: z.number() }),
]);
export type TwinCommand = z.infer<typeof twinCommand>;

type Payload<A extends TwinCommand['action']> = Extract<TwinCommand, { action: A }>;

/** The levers as functions. Unknown members or people throw: that is a mistake in the test. */
export interface TwinControl {
  /** The server forgets the member's sessions: pages go to the login, the API answers 401. */
  logout(memberId: string): void;
  /** The sessions go stale: pages go to the authwall, API calls are redirected to the login. */
  expireSession(memberId: string): void;
  requireChallenge(memberId: string, kind: Payload<'requireChallenge'>['kind']): void;
  setLocale(locale: Payload<'setLocale'>['locale'], lang?: string): void;
  setQuota(memberId: string, quota: QuotaChange): void;
  armFault(fault: Payload<'armFault'>['fault']): void;
  /** Ends renamed fields, too. */
  clearFaults(): void;
  /** A deploy that calls a field of the API's answers otherwise; the site's own scripts know it by its new name. */
  renameField(field: string, of?: string): void;
  /** The person invites the rep. */
  inviteFromOutside(memberId: string, person: string, note?: string | null): void;
  /** The person writes to the rep. */
  messageFromOutside(memberId: string, person: string, text: string): void;
  /** The person accepts the rep's pending invitation now. */
  acceptInvite(memberId: string, person: string): void;
  /** Puts a pair into a state without anybody having done anything. */
  setRelation(memberId: string, person: string, state: Payload<'setRelation'>['state']): void;
  setHydrationDelay(ms: number): void;
  setSendMode(memberId: string, mode: 'click' | 'enter'): void;
  setFollowing(memberId: string, person: string, following: boolean): void;
  setLiked(memberId: string, activityId: string, liked: boolean): void;
  setGone(person: string, gone: boolean): void;
  renameSlug(person: string, slug: string): void;
  addPerson(person: Payload<'addPerson'>['person']): void;
  /** A group, event or list, new or in the place of the one with its kind and id. */
  setCircle(circle: Payload<'setCircle'>['circle']): void;
  newBuild(): void;
  /** A deploy after which no query id of before works; `back`: the first ones again. */
  rotateQueryIds(back?: boolean): void;
  /** Pages that are opened from now on tell of every click, see `clicks()`. */
  watchClicks(on: boolean): void;
  /** From now on decoration ids with a lower number than this are not known any more; 0: all are. */
  oldestDecoration(number: number): void;
}

/** Carries out one command; the only place that knows what each lever does. */
export function runCommand(world: World, sessions: Sessions, command: TwinCommand): void {
  settle(world);
  switch (command.action) {
    case 'logout':
      sessions.close(account(world, command.memberId).member.memberId);
      return;
    case 'expireSession':
      sessions.expire(account(world, command.memberId).member.memberId);
      return;
    case 'requireChallenge':
      account(world, command.memberId).challenge = command.kind;
      return;
    case 'setLocale':
      world.locale = command.locale;
      world.lang = command.lang ?? command.locale;
      return;
    case 'setQuota':
      setQuota(world, account(world, command.memberId), command.quota);
      return;
    case 'armFault':
      world.faults.push({ ...command.fault });
      return;
    case 'clearFaults':
      world.faults.length = 0;
      world.renamed.length = 0;
      return;
    case 'renameField':
      world.renamed.push({ of: command.of ?? null, field: command.field });
      return;
    case 'setHydrationDelay':
      world.hydrationDelayMs = command.ms;
      return;
    case 'setSendMode':
      account(world, command.memberId).sendMode = command.mode;
      return;
    case 'setFollowing':
      put(
        account(world, command.memberId).following,
        known(world, command.person).profileId,
        command.following,
      );
      return;
    case 'setLiked':
      put(account(world, command.memberId).liked, command.activityId, command.liked);
      return;
    case 'setGone':
      known(world, command.person).gone = command.gone;
      return;
    case 'renameSlug':
      known(world, command.person).slug = command.slug;
      return;
    case 'addPerson':
      world.addPerson(command.person);
      return;
    case 'setCircle':
      world.setCircle(command.circle);
      return;
    case 'newBuild':
      world.build += 1;
      return;
    case 'rotateQueryIds':
      world.queryEpoch = command.back ? 0 : world.queryEpoch + 1;
      return;
    case 'watchClicks':
      world.watchesClicks = command.on;
      return;
    case 'oldestDecoration':
      world.oldestDecoration = command.number;
      return;
    case 'setClockOffset':
      world.clock.setOffset(command.ms);
      settle(world);
      return;
    default:
      runPairCommand(world, command);
      return;
  }
}

type PairCommand = Extract<
  TwinCommand,
  { action: 'inviteFromOutside' | 'messageFromOutside' | 'acceptInvite' | 'setRelation' }
>;

function runPairCommand(world: World, command: PairCommand): void {
  const rep = account(world, command.memberId);
  const { profileId } = known(world, command.person);
  const relation = world.relation(rep, profileId);
  const now = world.clock.now();
  switch (command.action) {
    case 'messageFromOutside':
      receiveMessage(world, rep, profileId, command.text, now);
      return;
    case 'acceptInvite':
      if (relation.state === 'pending') becomeConnected(world, rep, profileId, now);
      return;
    case 'inviteFromOutside':
      Object.assign(relation, {
        state: 'incoming',
        invitationId: world.newNumber(),
        note: command.note,
        invitedAt: now,
      });
      return;
    case 'setRelation':
      if (command.state === 'connected') {
        becomeConnected(world, rep, profileId, now);
        return;
      }
      relation.state = command.state === 'withdrawn' ? 'none' : command.state;
      if (command.state === 'withdrawn') relation.withdrawnAt = now;
      relation.invitationId = command.state === 'pending' ? world.newNumber() : null;
      relation.invitedAt = command.state === 'pending' ? now : null;
      return;
  }
}

function account(world: World, id: string): Account {
  const found = world.accounts.get(id);
  if (!found) throw new Error(`the twin has no member ${id}`);
  return found;
}

function known(world: World, ref: string) {
  const found = world.findPerson(ref);
  if (!found) throw new Error(`the twin has no person ${ref}`);
  return found;
}

function put(set: Set<string>, value: string, member: boolean): void {
  if (member) set.add(value);
  else set.delete(value);
}

function setQuota(world: World, target: Account, quota: QuotaChange): void {
  const now = world.clock.now();
  if (quota.notesLeft !== undefined) {
    target.notes = { left: quota.notesLeft, resetsAt: resetTime('month', now) };
  }
  if (quota.weeklyInvitesLeft !== undefined) {
    target.weekly = { left: quota.weeklyInvitesLeft, resetsAt: resetTime('week', now) };
    target.weeklyWarned = false;
  }
  if (quota.weeklyWarnAt !== undefined) target.weeklyWarnAt = quota.weeklyWarnAt;
  if (quota.invitesRestricted !== undefined) target.invitesRestricted = quota.invitesRestricted;
  if (quota.searchPagesLeft !== undefined) {
    target.searchPages = { left: quota.searchPagesLeft, resetsAt: resetTime('month', now) };
  }
  if (quota.inmailCredits !== undefined) target.inmailCredits = quota.inmailCredits;
}

export function createControl(world: World, sessions: Sessions): TwinControl {
  const run = (command: TwinCommand) => runCommand(world, sessions, command);
  return {
    logout: (memberId) => run({ action: 'logout', memberId }),
    expireSession: (memberId) => run({ action: 'expireSession', memberId }),
    requireChallenge: (memberId, kind) => run({ action: 'requireChallenge', memberId, kind }),
    setLocale: (locale, lang) => run({ action: 'setLocale', locale, lang }),
    setQuota: (memberId, quota) => run({ action: 'setQuota', memberId, quota }),
    armFault: (armed) => run({ action: 'armFault', fault: armed }),
    clearFaults: () => run({ action: 'clearFaults' }),
    renameField: (field, of) => run({ action: 'renameField', field, of }),
    inviteFromOutside: (memberId, person, note = null) =>
      run({ action: 'inviteFromOutside', memberId, person, note }),
    messageFromOutside: (memberId, person, text) =>
      run({ action: 'messageFromOutside', memberId, person, text }),
    acceptInvite: (memberId, person) => run({ action: 'acceptInvite', memberId, person }),
    setRelation: (memberId, person, state) => run({ action: 'setRelation', memberId, person, state }),
    setHydrationDelay: (ms) => run({ action: 'setHydrationDelay', ms }),
    setSendMode: (memberId, mode) => run({ action: 'setSendMode', memberId, mode }),
    setFollowing: (memberId, person, following) =>
      run({ action: 'setFollowing', memberId, person, following }),
    setLiked: (memberId, activityId, liked) => run({ action: 'setLiked', memberId, activityId, liked }),
    setGone: (person, gone) => run({ action: 'setGone', person, gone }),
    renameSlug: (person, slug) => run({ action: 'renameSlug', person, slug }),
    addPerson: (person) => run({ action: 'addPerson', person }),
    setCircle: (circle) => run({ action: 'setCircle', circle }),
    newBuild: () => run({ action: 'newBuild' }),
    watchClicks: (on) => run({ action: 'watchClicks', on }),
    oldestDecoration: (number) => run({ action: 'oldestDecoration', number }),
    rotateQueryIds: (back) => run({ action: 'rotateQueryIds', back }),
  };
}
