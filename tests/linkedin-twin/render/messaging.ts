import { fill } from '../labels/index.ts';
import { Html, html } from './html.ts';
import type { ConversationRow, MessagingView, ThreadMessage, ThreadPerson } from './views.ts';

const FILTERS = ['JOB', 'UNREAD', 'CONNECTIONS', 'INMAIL', 'STARRED'];
/** Rows further down are empty until scrolled to. */
const VISIBLE_ROWS = 8;

/** The two columns of messaging; the right one is drawn by the page's script. */
export function messagingMain(view: MessagingView): Html {
  const { labels } = view;
  const pills = FILTERS.map(
    (f) =>
      html`<button role="button" class="artdeco-pill artdeco-pill--choice" data-test-messaging-inbox-filters__filter-pill="${f}">${f}</button>`,
  );
  const rows = view.conversations.map((row, i) =>
    i < VISIBLE_ROWS ? conversationRow(view, row, 40 + i * 9) : occluded(40 + i * 9),
  );
  return html`<main id="main" class="PBkYAWHw scaffold-layout__list-detail msg__list-detail"><div class="scaffold-layout__list msg__list"><h1 data-test-msg-cross-pillar-inbox-top-bar-title="">${labels.messaging}</h1><label class="visually-hidden" for="search-conversations">Search messages</label><input id="search-conversations" type="search" class="msg-cross-pillar-search-form__search-field"><div role="radiogroup" data-test-messaging-inbox-filters__filter-pill-group="">${pills}</div><div class="msg-conversations-container__header relative"><h2 class="visually-hidden">${labels.conversationList}</h2></div><ul class="list-style-none msg-conversations-container__conversations-list" aria-label="${labels.conversationList}">${rows}</ul></div><div class="scaffold-layout__detail msg__detail"></div></main>`;
}

function occluded(id: number): Html {
  return html`<li id="ember${id}" class="ember-view msg-conversation-card--occluded scaffold-layout__list-item msg-conversation-listitem"></li>`;
}

function conversationRow(view: MessagingView, row: ConversationRow, id: number): Html {
  const unread = row.unread > 0;
  const active = view.thread !== null && !view.compose && view.thread.id === row.threadId;
  return html`<li id="ember${id}" class="ember-view scaffold-layout__list-item msg-conversation-listitem msg-conversations-container__convo-item msg-conversations-container__pillar"><div id="conversation-card-ember${id + 1}" class="${unread ? 'msg-conversation-card__convo-item-container--unread ' : ''}msg-conversation-card msg-conversations-container__pillar"><div class="msg-conversation-listitem__link msg-conversations-container__convo-item-link${active ? ' msg-conversations-container__convo-item-link--active' : ''} pl3"><div class="msg-conversation-card__rows"><h3 class="msg-conversation-listitem__participant-names msg-conversation-card__participant-names"><span>${row.name}</span></h3><time class="msg-conversation-listitem__time-stamp msg-conversation-card__time-stamp">${row.day}</time><p class="msg-conversation-card__message-snippet">${row.snippet}</p>${unread ? html`<div aria-label="${fill(view.labels.unread, { n: row.unread })}"><span class="notification-badge__count">${row.unread}</span></div>` : null}</div></div></div></li>`;
}

/** An open thread: who it is with in the title bar, its messages, the composer. */
export function threadMain(view: MessagingView): Html {
  const { thread, labels } = view;
  if (!thread) return html`<div class="msg-convo-wrapper"></div>`;
  const { person } = thread;
  let previous = '';
  const items = thread.messages.map((m) => {
    const day = dayOf(m.at);
    const item = messageItem(view, person, m, day === previous ? null : day);
    previous = day;
    return item;
  });
  return html`<div id="message-thread-ember258" class="msg-convo-wrapper msg-thread msg-thread--pillar"><div id="thread-detail-jump-target" class="msg-title-bar global-title-container shared-title-bar"><div class="shared-title-bar__title msg-title-bar__title-bar-title"><a class="iufxJiHl msg-thread__link-to-profile" href="https://www.linkedin.com/in/${person.slug}" data-test-app-aware-link=""><div class="msg-entity-lockup"><dl><dt class="msg-entity-lockup__entity-title-wrapper"><h2 class="msg-entity-lockup__entity-title">${person.name}</h2></dt><dd class="msg-entity-lockup__entity-info">${person.headline}</dd></dl></div></a></div></div><div class="msg-s-message-list-container"><div id="message-list-ember258" class="msg-s-message-list full-width scrollable"><ul class="msg-s-message-list-content list-style-none full-width mbA"><li class="msg-s-message-list__top-of-list"></li>${items}<li class="msg-s-message-list__typing-indicator-container--without-seen-receipt"></li>${quickReplies(view, thread.messages)}<li class="msg-s-message-list__bottom-of-list"></li></ul></div></div>${composer(labels.writeMessage, view)}</div>`;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

export function messageItem(
  view: MessagingView,
  person: ThreadPerson,
  message: ThreadMessage,
  day: string | null,
): Html {
  const sender = message.mine ? view.self : person;
  const time = new Date(message.at).toISOString().slice(11, 16);
  return html`<li class="msg-s-message-list__event clearfix">${day ? html`<time class="msg-s-message-list__time-heading t-12 t-black--light t-bold">${day}</time>` : null}<div class="msg-s-event-listitem msg-s-event-listitem--last-in-group ${message.mine ? '' : 'msg-s-event-listitem--other'}" data-event-urn="${message.urn}" data-view-name="message-list-item"><a class="ember-view msg-s-event-listitem__link" href="https://www.linkedin.com/in/${sender.slug}"></a><div class="msg-s-message-group__meta"><span class="msg-s-message-group__name t-14">${sender.name}</span><time class="msg-s-message-group__timestamp">${time}</time></div><div class="msg-s-event-listitem__message-bubble"><p class="msg-s-event-listitem__body t-14" style="white-space:pre-wrap">${message.text}</p></div></div></li>`;
}

/** One click sends: offered when the other side wrote last. */
function quickReplies(view: MessagingView, messages: ThreadMessage[]): Html | null {
  if (messages.at(-1)?.mine !== false) return null;
  const { labels } = view;
  return html`<li class="msg-s-message-list__quick-replies-container mtA"><div class="conversations-quick-replies"><ul class="conversations-quick-replies__container list-style-none"><li><button type="button" class="conversations-quick-replies__reply-button" aria-label="${fill(labels.replyWith, { text: labels.quickReply })}">${labels.quickReply}</button></li></ul></div></li>`;
}

/** A new message with its recipient as a pill; for people not connected an InMail, or nothing. */
export function composeMain(view: MessagingView): Html {
  const { compose, labels } = view;
  const person = compose?.person;
  const terms = person && inmailTerms(view, person.name);
  const inmail =
    terms && compose
      ? html`<div class="msg-inmail-compose"><input name="subject" class="msg-form__subject" placeholder="${labels.subject}" aria-label="${labels.subject}"><p class="msg-inmail-credits-display">${terms}</p></div>`
      : null;
  return html`<div class="msg-convo-wrapper msg-thread--pillar"><div class="msg-title-bar"><h2>${labels.newMessage}</h2></div><div class="msg-connections-typeahead"><input role="combobox" class="msg-connections-typeahead__search-field" placeholder="${labels.typeName}" aria-label="${labels.typeName}">${person ? html`<span class="artdeco-pill"><span>${person.name}</span></span>` : null}</div>${inmail}${person && compose?.mode !== 'upsell' && compose?.mode !== 'refused' ? composer(labels.writeMessage, view) : null}</div>`;
}

/** What the InMail costs; null for a plain message. */
function inmailTerms({ compose, labels }: MessagingView, name: string): string | null {
  switch (compose?.mode) {
    case 'inmail':
      return fill(labels.inmailCredits, { n: compose.credits });
    case 'open':
      return fill(labels.inmailFree, { name });
    case 'refused':
      return fill(labels.inmailRefused, { name });
    default:
      return null;
  }
}

function composer(label: string, view: MessagingView): Html {
  return html`<form id="msg-form-ember264" class="msg-form msg-form--thread-footer-feature"><div class="msg-form__msg-content-container msg-form__message-texteditor"><div class="flex-grow-1 relative"><div class="msg-form__contenteditable t-14 t-black--light t-normal flex-grow-1 full-height" contenteditable="true" role="textbox" aria-multiline="true" aria-label="${label}">${new Html('<p><br></p>')}</div><div class="msg-form__placeholder" data-placeholder="${label}"></div></div></div><footer class="msg-form__footer flex-shrink-zero"><div class="msg-form__right-actions display-flex align-items-center"><div data-send-holder=""></div><div class="relative ml2"><button type="button" class="msg-form__send-toggle artdeco-button artdeco-button--circle" data-test-msg-ui-send-mode-toggle-presenter__button=""><span class="visually-hidden">${view.labels.sendOptions}</span></button><div data-send-options=""></div></div></div></footer></form>`;
}
