import { z } from 'zod';
import { err, ok, type Result } from '#shared/kernel/result.ts';

/**
 * Where the known controls are, as data. The server may send another catalogue: it can relocate or
 * narrow a known control, while the checks of target, scope and allowed controls stay in code.
 * `count` says how many matches a healthy page of that kind has inside the entry's scope.
 */
const entry = z.object({
  css: z.string().min(1).max(600),
  scope: z.enum([
    'page',
    'top_card',
    'menu',
    'invite_dialog',
    'confirm_dialog',
    'sent_row',
    'post',
    'thread',
    'composer',
    'any_root',
    'circle_row',
    'overlay',
  ]),
  count: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});

const selectorKey = z.enum([
  'interopOutlet',
  'interopFrame',
  'screen',
  'topCard',
  'name',
  'connectLink',
  'pending',
  'moreButton',
  'openMenu',
  'menuItem',
  'menuConnect',
  'contactInfo',
  'editIntro',
  'textLine',
  'companyPill',
  'memberKey',
  'topCardButton',
  'inviteDialog',
  'anyDialog',
  'dialogButton',
  'dismiss',
  'noteArea',
  'noteLimit',
  'emailGate',
  'premiumLink',
  'invitee',
  'fuseLimit',
  'errorToast',
  'threadRecipient',
  'threadPane',
  'recipientPill',
  'composerForm',
  'composerBox',
  'sendButton',
  'sendModes',
  'inmailSubject',
  'messageEvent',
  'messageBody',
  'followButton',
  'confirmDialog',
  'confirmButton',
  'sentRow',
  'sentProfile',
  'sentName',
  'sentCount',
  'post',
  'postLink',
  'postText',
  'postComments',
  'postButton',
  'activityEmpty',
  'subjectField',
  'inmailTerms',
  'circleRow',
  'circleProfile',
  'circleName',
  'circleHeadline',
  'circleControl',
  'circleSearch',
  'circleJoin',
  'circleHeading',
  'overlayPane',
  'overlayRecipient',
]);
export type SelectorKey = z.infer<typeof selectorKey>;

/** Newest first. */
const ids = z.array(z.string().regex(/^[\w.-]+$/u)).min(1);

const catalogueSchema = z.object({
  version: z.string().min(1).max(40),
  entries: z.record(selectorKey, entry),
  /** What LinkedIn calls the shape of an answer, and changes with its releases: GraphQL query ids, and decoration ids. */
  queryIds: z.object({
    messengerConversations: ids,
    messengerMessages: ids,
    voyagerGroupsDashGroupMemberships: ids,
    voyagerSocialDashReactions: ids,
    connectionList: ids,
    topCard: ids,
    followingState: ids,
    peopleSearch: ids,
    leadSearch: ids,
    leadList: ids,
  }),
});
export type Catalogue = z.infer<typeof catalogueSchema>;

/** The catalogue this version ships with. */
export const shippedCatalogue: Catalogue = {
  version: '2026-10-09',
  entries: {
    interopOutlet: { css: '#interop-outlet[data-testid="interop-shadowdom"]', scope: 'page', count: [0, 1] },
    interopFrame: {
      css: 'iframe[src^="/preload/"], iframe[data-testid="interop-iframe"]',
      scope: 'page',
      count: [0, 1],
    },
    screen: {
      css: '[data-sdui-screen="com.linkedin.sdui.flagshipnav.profile.Profile"]',
      scope: 'page',
      count: [1, 1],
    },
    topCard: {
      css: '[componentkey^="com.linkedin.sdui.profile.card.ref"][componentkey$="Topcard"], [id^="com.linkedin.sdui.profile.card.ref"][id$="Topcard"]',
      scope: 'page',
      count: [1, 2],
    },
    name: { css: 'h2', scope: 'top_card', count: [1, 1] },
    connectLink: { css: 'a[href*="/preload/custom-invite/"]', scope: 'top_card', count: [0, 1] },
    pending: {
      css: '[componentkey^="ConnectButtonstate:invitation:"][componentkey$="_pending"]',
      scope: 'top_card',
      count: [0, 1],
    },
    moreButton: { css: 'button[aria-expanded]', scope: 'top_card', count: [0, 1] },
    openMenu: { css: '[data-floating-ui-portal] [role="menu"]', scope: 'page', count: [0, 1] },
    menuItem: { css: '[role="menuitem"]', scope: 'menu', count: [1, 12] },
    menuConnect: { css: 'a[role="menuitem"][href*="/preload/custom-invite/"]', scope: 'menu', count: [0, 1] },
    contactInfo: { css: 'a[href*="/overlay/contact-info"]', scope: 'top_card', count: [0, 1] },
    editIntro: { css: 'a[href*="/edit/intro"]', scope: 'top_card', count: [0, 1] },
    textLine: { css: 'p', scope: 'top_card', count: [1, 40] },
    companyPill: { css: '[role="button"]:has(svg[id^="company-"])', scope: 'top_card', count: [0, 1] },
    memberKey: { css: '[componentkey*="urn:li:member:"]', scope: 'top_card', count: [0, 3] },
    topCardButton: { css: 'button', scope: 'top_card', count: [0, 20] },
    inviteDialog: {
      css: '[data-test-modal-id="send-invite-modal"] [role="dialog"], .send-invite[role="dialog"]',
      scope: 'any_root',
      count: [1, 1],
    },
    anyDialog: {
      css: '[role="dialog"], [role="alertdialog"], dialog[open]',
      scope: 'any_root',
      count: [1, 1],
    },
    dialogButton: { css: 'button', scope: 'invite_dialog', count: [1, 6] },
    dismiss: {
      css: '[data-test-modal-close-btn], .artdeco-modal__dismiss',
      scope: 'invite_dialog',
      count: [1, 1],
    },
    noteArea: {
      css: 'textarea#custom-message, textarea[name="message"]',
      scope: 'invite_dialog',
      count: [0, 1],
    },
    noteLimit: { css: 'span, label', scope: 'invite_dialog', count: [0, 20] },
    emailGate: { css: 'input[type="email"], input#email', scope: 'invite_dialog', count: [0, 1] },
    premiumLink: { css: 'a[href*="/premium/"]', scope: 'invite_dialog', count: [0, 2] },
    invitee: { css: 'strong', scope: 'invite_dialog', count: [0, 1] },
    fuseLimit: {
      css: '.ip-fuse-limit-alert[role="dialog"], [role="dialog"].ip-fuse-limit-alert',
      scope: 'any_root',
      count: [0, 1],
    },
    errorToast: { css: '[data-test-artdeco-toast-item-type="error"]', scope: 'any_root', count: [0, 1] },
    threadRecipient: {
      css: '#thread-detail-jump-target a.msg-thread__link-to-profile',
      scope: 'thread',
      count: [0, 1],
    },
    threadPane: {
      css: '.msg__detail .msg-convo-wrapper, main .msg-convo-wrapper',
      scope: 'page',
      count: [1, 1],
    },
    recipientPill: { css: '.msg-connections-typeahead .artdeco-pill', scope: 'thread', count: [0, 1] },
    composerForm: { css: 'form.msg-form', scope: 'thread', count: [1, 1] },
    composerBox: { css: '.msg-form__contenteditable[role="textbox"]', scope: 'composer', count: [1, 1] },
    sendButton: { css: 'button.msg-form__send-button[type="submit"]', scope: 'composer', count: [0, 1] },
    sendModes: { css: 'button.msg-form__send-toggle', scope: 'composer', count: [0, 1] },
    inmailSubject: {
      css: 'input[name="subject"], .msg-form__subject, .msg-inmail-compose',
      scope: 'thread',
      count: [0, 0],
    },
    messageEvent: {
      css: '.msg-s-event-listitem[data-event-urn^="urn:li:msg_message:"]',
      scope: 'thread',
      count: [0, 200],
    },
    messageBody: { css: '.msg-s-event-listitem__body', scope: 'thread', count: [0, 200] },
    followButton: { css: 'button[componentkey^="FollowButton"]', scope: 'top_card', count: [0, 1] },
    confirmDialog: {
      css: 'dialog[open], [role="dialog"], [role="alertdialog"]',
      scope: 'any_root',
      count: [0, 1],
    },
    confirmButton: { css: 'button', scope: 'confirm_dialog', count: [1, 4] },
    sentRow: { css: '[data-testid="lazy-column"] [role="listitem"]', scope: 'page', count: [0, 1000] },
    sentProfile: { css: 'a[href*="/in/"]', scope: 'sent_row', count: [1, 2] },
    sentName: { css: 'p', scope: 'sent_row', count: [1, 6] },
    sentCount: { css: 'a[href*="/invitation-manager/sent/CONNECTION"]', scope: 'page', count: [0, 1] },
    post: {
      css: '.feed-shared-update-v2[data-urn^="urn:li:activity:"], [componentkey*="FeedType_"]',
      scope: 'page',
      count: [0, 100],
    },
    postLink: { css: 'a[href*="/in/"], a[href*="/company/"]', scope: 'post', count: [1, 8] },
    postText: {
      css: '[data-testid="expandable-text-box"], .update-components-text',
      scope: 'post',
      count: [0, 2],
    },
    postComments: {
      css: '[componentkey*="omment"], .feed-shared-update-v2__comments-container, .comments-comment-entity',
      scope: 'post',
      count: [0, 20],
    },
    postButton: { css: 'button', scope: 'post', count: [1, 20] },
    activityEmpty: { css: 'main h2, main p', scope: 'page', count: [0, 200] },
    subjectField: { css: 'input[name="subject"], input.msg-form__subject', scope: 'thread', count: [0, 1] },
    inmailTerms: {
      css: '.msg-inmail-compose, .msg-inmail-credits-display',
      scope: 'thread',
      count: [0, 2],
    },
    circleRow: {
      css: 'li.groups-members-list__typeahead-result, [data-testid="lazy-column"] [role="listitem"]',
      scope: 'page',
      count: [0, 1000],
    },
    circleProfile: { css: 'a[href*="/in/"]', scope: 'circle_row', count: [1, 3] },
    circleName: {
      css: '.artdeco-entity-lockup__title > span:not(.artdeco-entity-lockup__degree)',
      scope: 'circle_row',
      count: [0, 1],
    },
    circleHeadline: { css: '.artdeco-entity-lockup__subtitle', scope: 'circle_row', count: [0, 1] },
    circleControl: {
      css: 'a[href^="/messaging/compose/"], button',
      scope: 'circle_row',
      count: [1, 3],
    },
    circleSearch: { css: 'main input.groups-members-list__search', scope: 'page', count: [0, 1] },
    circleJoin: { css: 'main button, main a', scope: 'page', count: [0, 1000] },
    circleHeading: { css: 'main h1, main h2', scope: 'page', count: [0, 100] },
    overlayPane: {
      css: '.msg-overlay-conversation-bubble--is-active',
      scope: 'any_root',
      count: [0, 1],
    },
    overlayRecipient: {
      css: '.msg-overlay-bubble-header a[href*="/in/"]',
      scope: 'overlay',
      count: [1, 1],
    },
  },
  queryIds: {
    messengerConversations: [
      '9501074288a12f3ae9e3c7ea243bccbf',
      '8656fb361a8ad0c178e8d3ff1a84ce26',
      '0d5e6781bbee71c3e51c8843c6519f48',
    ],
    messengerMessages: ['5846eeb71c981f11e0134cb6626cc314'],
    voyagerGroupsDashGroupMemberships: ['6b1b0f2a4f5c2a0f6f2f5e6f0c9d1e83'],
    voyagerSocialDashReactions: ['41ebf31a9f4c4a84e35a49d5abc9010b'],
    connectionList: ['com.linkedin.voyager.dash.deco.web.mynetwork.ConnectionListWithProfile-16'],
    topCard: ['com.linkedin.voyager.dash.deco.identity.profile.WebTopCardCore-19'],
    followingState: ['com.linkedin.voyager.dash.deco.identity.profile.TopCardSupplementary-120'],
    peopleSearch: ['com.linkedin.voyager.dash.deco.search.SearchClusterCollection-175'],
    leadSearch: ['com.linkedin.sales.deco.desktop.searchv2.LeadSearchResult-14'],
    leadList: ['com.linkedin.sales.deco.desktop.search.DecoratedPeopleSearchHitResult-11'],
  },
};

/** Whatever may carry a catalogue of its own: the page's environment. */
interface HasCatalogue {
  catalogue?: Catalogue;
}

/** The selector that is in force for one control. */
export function css(env: HasCatalogue, key: SelectorKey): string {
  return (env.catalogue ?? shippedCatalogue).entries[key].css;
}

/** The query or decoration ids in force, newest first. */
export function queryIds(env: HasCatalogue, name: keyof Catalogue['queryIds']): readonly string[] {
  return (env.catalogue ?? shippedCatalogue).queryIds[name];
}

/** What an update may say: where a known control is now. Its scope is the shipped one, whatever the update thinks. */
const updateSchema = z.object({
  version: z.string().min(1).max(40),
  entries: z.partialRecord(selectorKey, entry.partial({ scope: true, count: true })),
  queryIds: catalogueSchema.shape.queryIds.partial().default({}),
});

/**
 * The shipped catalogue with the server's update over it; a bad update is refused whole, so that the shipped one
 * stays. One that is not newer than this version changes nothing. `page`: null where no page is at hand; the page
 * itself then still refuses what is no selector.
 */
export function parseCatalogue(data: unknown, page: Document | null): Result<Catalogue, string> {
  const parsed = updateSchema.safeParse(data);
  if (!parsed.success) return err(z.prettifyError(parsed.error));
  const { version, entries, queryIds } = parsed.data;
  if (version <= shippedCatalogue.version) return ok(shippedCatalogue);
  const merged = { ...shippedCatalogue.entries };
  for (const key of selectorKey.options) {
    const change = entries[key];
    if (!change) continue;
    const known = merged[key];
    if (change.scope !== undefined && change.scope !== known.scope) {
      return err(`${key}: its scope is ${known.scope}, an update cannot change it`);
    }
    merged[key] = { ...known, css: change.css, count: change.count ?? known.count };
  }
  for (const [key, { css: selector }] of Object.entries(page ? merged : {})) {
    try {
      page?.createDocumentFragment().querySelector(selector);
    } catch {
      return err(`${key}: not a selector`);
    }
  }
  return ok({ version, entries: merged, queryIds: { ...shippedCatalogue.queryIds, ...queryIds } });
}
