import { fill, type Labels } from '../labels/index.ts';
import { Html, html } from './html.ts';
import type { OverlayView, ThreadMessage } from './views.ts';

/** The bubble of one conversation: whom it is with in its header, what was said, the composer. */
export function overlayBubble(view: OverlayView, labels: Labels): Html {
  const { person, mode } = view;
  const closed = mode === 'upsell' || mode === 'refused';
  const header = html`<header class="msg-overlay-bubble-header"><h2 class="msg-overlay-bubble-header__title"><a class="profile-card-one-to-one__profile-link" href="https://www.linkedin.com/in/${encodeURIComponent(person.slug)}/">${person.name}</a></h2><button aria-label="${labels.dismiss}" data-close=""><span>×</span></button></header>`;
  const list = html`<ul class="msg-s-message-list-content">${view.messages.map((m) => overlayMessage(view, m))}<li class="msg-s-message-list__typing-indicator-container--without-seen-receipt"></li></ul>`;
  return html`<div class="msg-overlay-conversation-bubble msg-overlay-conversation-bubble--is-active" role="dialog" aria-label="${person.name}">${header}${list}${terms(view, labels)}${closed ? null : form(view, labels)}</div>`;
}

export function overlayMessage(view: OverlayView, message: ThreadMessage): Html {
  const sender = message.mine ? view.self : view.person;
  return html`<li class="msg-s-message-list__event clearfix"><div class="msg-s-event-listitem ${message.mine ? '' : 'msg-s-event-listitem--other'}" data-event-urn="${message.urn}" data-view-name="message-list-item"><span class="msg-s-message-group__name">${sender.name}</span><p class="msg-s-event-listitem__body" style="white-space:pre-wrap">${message.text}</p></div></li>`;
}

function terms({ mode, credits, person }: OverlayView, labels: Labels): Html | null {
  if (mode === 'message') return null;
  const text = {
    open: fill(labels.inmailFree, { name: person.name }),
    inmail: fill(labels.inmailCredits, { n: credits }),
    upsell: labels.inmailUpsell,
    refused: fill(labels.inmailRefused, { name: person.name }),
  }[mode];
  return html`<div class="msg-inmail-compose"><input name="subject" class="msg-form__subject" placeholder="${labels.subject}" aria-label="${labels.subject}"><p class="msg-inmail-credits-display">${text}</p></div>`;
}

function form(view: OverlayView, labels: Labels): Html {
  const send =
    view.sendMode === 'enter'
      ? html`<span class="msg-form__hint-text">${labels.pressEnter}</span>`
      : html`<button class="msg-form__send-button artdeco-button artdeco-button--1" type="submit" disabled>${labels.send}</button>`;
  return html`<form class="msg-form msg-form--thread-footer-feature"><div class="msg-form__contenteditable t-14" contenteditable="true" role="textbox" aria-multiline="true" aria-label="${labels.writeMessage}">${new Html('<p><br></p>')}</div><footer class="msg-form__footer"><div>${send}</div><button type="button" class="msg-form__send-toggle artdeco-button artdeco-button--circle"><span class="visually-hidden">${labels.sendOptions}</span></button></footer></form>`;
}
