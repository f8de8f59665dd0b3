import { z } from 'zod';

export const twinLocale = z.enum(['en', 'de', 'fr']);
export type TwinLocale = z.infer<typeof twinLocale>;

/** What a person does by themself after a rep acted. Times count in the twin's clock. */
const personScript = z.object({
  /** Accepts an invitation this long after it was sent. */
  acceptAfterMs: z.number().int().nonnegative().optional(),
  /** Replies this long after the `replyToMessage`-th message (default: the first). */
  replyAfterMs: z.number().int().nonnegative().optional(),
  replyText: z.string().optional(),
  replyToMessage: z.number().int().positive().optional(),
});

/** Something on a person's activity page. A repost is somebody else's post under the person's name. */
const twinPost = z.object({
  activityId: z.string().regex(/^\d+$/),
  text: z.string(),
  repostOf: z.object({ slug: z.string(), name: z.string() }).optional(),
  /** Who reacted, newest first: people by profile id, slug or member number. */
  reactors: z.array(z.string()).optional(),
});
export type TwinPost = z.infer<typeof twinPost>;

export const twinPerson = z.object({
  memberId: z.string().regex(/^\d+$/),
  profileId: z.string().min(3),
  slug: z.string().min(1),
  firstName: z.string(),
  lastName: z.string(),
  headline: z.string(),
  company: z.string(),
  location: z.string(),
  /** `ember` renders the pre-2026 profile page, which no current reader should understand. */
  frontEnd: z.enum(['sdui', 'ember']).optional(),
  /** Where the profile page offers Connect. `absent`: LinkedIn refuses; `email_gate`: asks for the email first. */
  connectPlacement: z.enum(['row', 'menu', 'absent', 'email_gate']),
  /** Connect asks nothing: it sends, says nothing and is gone. */
  connectsAtOnce: z.boolean().optional(),
  /** 1: connected to every member from the start. */
  degree: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  /** Which bridge shows the send-invite dialog on the profile page. */
  inviteSurface: z.enum(['shadow', 'iframe']).optional(),
  /** What a click on Message in a list of attendees opens: the overlay in one of the two bridges, or a page. */
  messageSurface: z.enum(['iframe', 'shadow', 'page']).optional(),
  /** Takes InMails for free. */
  openProfile: z.boolean().optional(),
  /** Takes no InMail at all. */
  noInmail: z.boolean().optional(),
  /** Newest first, as the activity page shows them. */
  posts: z.array(twinPost).optional(),
  /** Which stack shows the activity page. */
  activityFrontEnd: z.enum(['sdui', 'ember']).optional(),
  /** What the contact-info overlay shows. */
  contact: z
    .object({ email: z.string().optional(), phone: z.string().optional(), website: z.string().optional() })
    .optional(),
  /** The address the email gate accepts. */
  email: z.string().optional(),
  script: personScript.optional(),
  /** Too far away to be named: searches show "LinkedIn Member" where the degree is 3. */
  outOfNetwork: z.boolean().optional(),
  gone: z.boolean().optional(),
  /** Exists, but not for the member who looks: the page says so, and the API refuses (403). */
  unavailable: z.boolean().optional(),
});
export type TwinPerson = z.infer<typeof twinPerson>;

/** A group, an event or a Sales Navigator list: people by profile id, slug or member number, in page order. */
export const twinCircle = z.object({
  kind: z.enum(['group', 'event', 'sales_list', 'saved_search']),
  id: z.string().regex(/^\d+$/),
  name: z.string(),
  people: z.array(z.string()),
});
export type TwinCircle = z.infer<typeof twinCircle>;

/** An account that can log in: a rep. */
export interface TwinMember {
  email: string;
  password: string;
  memberId: string;
  profileId: string;
  slug: string;
  firstName: string;
  lastName: string;
  premium: boolean;
  /** Has a Sales Navigator seat. */
  salesNavigator?: boolean;
}

export const challengeKind = z.enum([
  'captcha',
  'email_pin',
  'phone_code',
  'app_approval',
  'restricted',
  'human_check',
]);
export type ChallengeKind = z.infer<typeof challengeKind>;

export const fault = z.object({
  on: z.enum(['invite', 'message', 'withdraw', 'follow', 'like', 'page', 'api']),
  effect: z.enum([
    '429',
    '999',
    '500',
    'redirect_login',
    'redirect_loop',
    'html_in_200',
    'error_toast',
    'close_without_success',
    'drop_after_effect',
    'hang',
  ]),
  times: z.number().int().positive(),
  /** Only for this member; everybody when left out. */
  memberId: z.string().optional(),
});
export type Fault = z.infer<typeof fault>;

export type LedgerKind =
  | 'page_load'
  | 'login'
  | 'login_refused'
  | 'logout'
  | 'invite'
  | 'withdraw'
  | 'accept'
  | 'ignore'
  | 'message'
  | 'inmail'
  | 'follow'
  | 'unfollow'
  /** `text` is the activity's number, the target its author. */
  | 'like'
  | 'unlike'
  | 'remove_connection'
  /** A click no careful tool makes: another person's Connect in a rail, a quick reply. */
  | 'stray';

/** What caused an entry: the control on the page, or `api` for a request no control of the page sends. */
export type LedgerVia =
  | 'row'
  | 'menu'
  | 'toolbar'
  | 'preload'
  | 'rail'
  | 'composer'
  | 'quick_reply'
  | 'sent_list'
  | 'profile'
  | 'activity'
  | 'search'
  | 'sales'
  | 'overlay'
  | 'form'
  | 'navigation'
  | 'api';

/** One thing that happened, in order. `actor` is the member id of the logged-in rep. */
export interface LedgerEntry {
  seq: number;
  at: number;
  actor: string | null;
  kind: LedgerKind;
  targetProfileId: string | null;
  targetSlug: string | null;
  text: string | null;
  via: LedgerVia;
  url: string;
}

/** A control that was clicked (by a person or a script), or in which Enter was pressed. */
export const twinClick = z.object({
  how: z.enum(['click', 'enter']),
  /** Its role, else its element. */
  control: z.string(),
  /** What it is called: aria-label, else its text. */
  name: z.string(),
  href: z.string().nullable(),
  /** The path of the page, or of the frame in it. */
  page: z.string(),
});
export type TwinClick = z.infer<typeof twinClick>;

export interface TwinOptions {
  seed?: number;
  locale?: TwinLocale;
  /** The base clock, unix ms; the twin adds its offset. */
  now?: () => number;
  people: TwinPerson[];
  members: TwinMember[];
  circles?: TwinCircle[];
}

export type QuotaChange = {
  /** Personalised notes left this month; ignored for Premium members. */
  notesLeft?: number | undefined;
  weeklyInvitesLeft?: number | undefined;
  /** The "approaching the limit" dialog shows once when this many or fewer are left. */
  weeklyWarnAt?: number | undefined;
  invitesRestricted?: boolean | undefined;
  inmailCredits?: number | undefined;
  /** Pages of people search left this month before LinkedIn's own search limit. */
  searchPagesLeft?: number | undefined;
};
