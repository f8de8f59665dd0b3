import type { Labels } from '../labels/en.ts';
import type { Frame } from './frame.ts';

/** What a page's script gets from the server, as JSON in the page. */

export interface ListRow {
  profileId: string;
  slug: string;
  firstName: string;
  name: string;
  headline: string;
  at: number;
  note: string | null;
}

export interface ProfileView {
  kind: 'profile';
  self: boolean;
  memberId: string;
  profileId: string;
  slug: string;
  firstName: string;
  name: string;
  headline: string;
  company: string;
  location: string;
  placement: 'row' | 'menu' | 'absent' | 'email_gate';
  connectsAtOnce: boolean;
  relation: 'none' | 'pending' | 'incoming' | 'connected';
  degree: 1 | 2 | 3;
  following: boolean;
  contact: { email: string | null; phone: string | null; website: string | null };
  /** The address asked for the contact-info overlay. */
  contactOpen: boolean;
  rails: { browsemap: RailPerson[]; pymk: RailPerson[] };
  hydrationDelayMs: number;
  build: number;
  labels: Labels;
}

export interface RailPerson {
  memberId: string;
  slug: string;
  name: string;
}

/** What the send-invite dialog shows. `notesLeft` null: unlimited. */
export interface InviteContext {
  profileId: string;
  slug: string;
  name: string;
  firstName: string;
  premium: boolean;
  noteLimit: number;
  notesLeft: number | null;
  emailGate: boolean;
  surface: 'shadow' | 'iframe';
}

export interface ThreadPerson {
  profileId: string;
  slug: string;
  firstName: string;
  name: string;
  headline: string;
}

export interface ThreadMessage {
  urn: string;
  mine: boolean;
  text: string;
  at: number;
}

export interface ConversationRow {
  threadId: string;
  name: string;
  snippet: string;
  unread: number;
  day: string;
}

export interface MessagingView {
  kind: 'messaging';
  self: ThreadPerson;
  conversations: ConversationRow[];
  /** The open thread, or the one a compose for this person would land in. */
  thread: { id: string; person: ThreadPerson; messages: ThreadMessage[] } | null;
  compose: {
    person: ThreadPerson | null;
    mode: 'message' | 'open' | 'inmail' | 'upsell' | 'refused';
    credits: number;
  } | null;
  sendMode: 'click' | 'enter';
  labels: Labels;
}

/** The message overlay: one person, what was said, and on what terms one may write. */
export interface OverlayView {
  self: ThreadPerson;
  person: ThreadPerson;
  threadId: string | null;
  messages: ThreadMessage[];
  mode: 'message' | 'open' | 'inmail' | 'upsell' | 'refused';
  credits: number;
  sendMode: 'click' | 'enter';
  surface: 'iframe' | 'shadow' | 'page';
}

export interface ActivityPost {
  activityId: string;
  text: string;
  author: { slug: string; name: string };
  liked: boolean;
  /** Who reacted; only a post's own page lists them. */
  reactors: { slug: string; name: string; headline: string; degree: 1 | 2 | 3 }[];
}

export interface ActivityView {
  kind: 'activity';
  /** Whose activity this is; the feed's and a post's own page say it of nobody. */
  slug: string | null;
  name: string;
  posts: ActivityPost[];
  hydrationDelayMs: number;
  build: number;
  labels: Labels;
}

/** One person in a list of people, as the viewing member sees them. */
export interface PersonRow {
  memberId: string;
  profileId: string;
  slug: string;
  name: string;
  firstName: string;
  headline: string;
  company: string;
  location: string;
  degree: 1 | 2 | 3;
  relation: 'none' | 'pending' | 'incoming' | 'connected';
  following: boolean;
  /** LinkedIn does not say who this is. */
  outside: boolean;
  /** Follow stands where others have Connect. */
  followOnly: boolean;
  /** When the two were connected, as the page writes it. */
  connectedOn: string | null;
  /** The page offers Message. */
  messageable: boolean;
}

/** A page of people whose rows its script builds: at once in a search, ten at a time elsewhere. */
export interface PeopleView {
  kind: 'people';
  layout: 'search' | 'connections' | 'attendees' | 'members';
  rows: PersonRow[];
  page: number;
  pages: number;
  hydrationDelayMs: number;
  build: number;
  labels: Labels;
}

/** A lead of Sales Navigator; `key` is the id in its address. */
export interface LeadRow extends PersonRow {
  key: string;
}

export interface LeadsView {
  kind: 'leads';
  rows: LeadRow[];
  page: number;
  pages: number;
  labels: Labels;
}

export interface LeadView {
  kind: 'lead';
  lead: LeadRow;
  terms: 'message' | 'open' | 'inmail' | 'upsell' | 'refused';
  credits: number;
  labels: Labels;
}

export interface SentView {
  kind: 'sent';
  rows: ListRow[];
  now: number;
  hydrationDelayMs: number;
  frame: Frame;
  labels: Labels;
}

export interface PreloadView {
  kind: 'preload';
  /** Null: the empty frame that waits for its parent page. */
  invite: InviteContext | null;
  labels: Labels;
}
