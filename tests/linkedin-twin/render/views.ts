import type { Labels } from '../labels/en.ts';

/** What a page's script gets from the server, as JSON in the page. */

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
  relation: 'none' | 'pending' | 'incoming' | 'connected';
  degree: 1 | 2 | 3;
  following: boolean;
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

export interface ActivityPost {
  activityId: string;
  text: string;
  author: { slug: string; name: string };
  liked: boolean;
}

export interface ActivityView {
  kind: 'activity';
  slug: string;
  name: string;
  posts: ActivityPost[];
  hydrationDelayMs: number;
  labels: Labels;
}

export interface SentView {
  kind: 'sent';
  rows: { profileId: string; slug: string; name: string; firstName: string }[];
  hydrationDelayMs: number;
  labels: Labels;
}

export interface PreloadView {
  kind: 'preload';
  /** Null: the empty frame that waits for its parent page. */
  invite: InviteContext | null;
  labels: Labels;
}
