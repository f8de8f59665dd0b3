import { fill } from '../labels/index.ts';
import { type Html, hashedClass, html } from './html.ts';
import type { ProfileView } from './views.ts';

/** The controls of a profile; the same markup in the top card and in the sticky toolbar. */
export function actionRow(view: ProfileView): Html {
  const { labels } = view;
  if (view.self) {
    return html`<button>${labels.openTo}</button><button>${labels.addSection}</button><a href="https://www.linkedin.com/in/${view.slug}/edit/intro/">${labels.editIntro}</a>`;
  }
  const more = html`<button class="${hashedClass(view.build, 'more')}" aria-expanded="false"><span>${labels.more}</span></button>`;
  if (view.relation === 'incoming') {
    return html`<button aria-label="${fill(labels.acceptAria, { name: view.name })}" componentkey="${stateKey(view)}_accept"><span>${labels.accept}</span></button><button aria-label="${fill(labels.ignoreAria, { name: view.name })}" componentkey="${stateKey(view)}_ignore"><span>${labels.ignore}</span></button>${more}`;
  }
  const message = messageLink(view);
  if (view.relation === 'connected') return html`${message}${more}`;
  if (view.relation === 'pending') return html`${pendingLink(view)}${message}${more}`;
  if (view.placement === 'row' || view.placement === 'email_gate') {
    return html`${connectLink(view)}${message}${more}`;
  }
  return html`${followButton(view)}${message}${more}`;
}

function stateKey(view: ProfileView): string {
  return `ConnectButtonstate:invitation:urn:li:member:${view.memberId}`;
}

function connectLink(view: ProfileView): Html {
  const c = (name: string) => hashedClass(view.build, name);
  return html`<a class="${c('button')} ${c('primary')}" aria-label="${fill(view.labels.inviteAria, { name: view.name })}" href="/preload/custom-invite/?vanityName=${encodeURIComponent(view.slug)}" componentkey="${stateKey(view)}_connect"><span class="${c('inner')}"><svg id="connect-small" data-supported-dps="16x16"></svg><span class="${c('text')}">${view.labels.connect}</span></span></a>`;
}

function pendingLink(view: ProfileView): Html {
  return html`<a class="${hashedClass(view.build, 'button')}" aria-label="${fill(view.labels.pendingAria, { name: view.name })}" href="https://www.linkedin.com/in/${view.slug}/" componentkey="${stateKey(view)}_pending"><svg id="clock-small"></svg><span>${view.labels.pending}</span></a>`;
}

function messageLink(view: ProfileView): Html {
  const urn = encodeURIComponent(`urn:li:fsd_profile:${view.profileId}`);
  return html`<a class="${hashedClass(view.build, 'button')}" aria-disabled="false" href="/messaging/compose/?profileUrn=${urn}&recipient=${view.profileId}&screenContext=NON_SELF_PROFILE_VIEW&interop=msgOverlay"><svg id="send-privately-small"></svg><span>${view.labels.message}</span></a>`;
}

function followButton(view: ProfileView): Html {
  const key = `FollowButtonurn:li:fsd_followingState:urn:li:member:${view.memberId}`;
  return html`<button aria-label="${fill(view.labels.followAria, { name: view.name })}" componentkey="${key}_${view.following ? 'following' : 'follow'}"><svg id="add-small"></svg><span>${view.following ? view.labels.following : view.labels.follow}</span></button>`;
}

/** The More menu's items, in the order they hydrate. */
export function menuItems(view: ProfileView): Html[] {
  const { labels } = view;
  const plain = (text: string) => html`<div role="menuitem" tabindex="-1"><p>${text}</p></div>`;
  const connectable = view.relation === 'none' && view.placement === 'menu';
  return [
    html`<a role="menuitem" tabindex="-1" href="/messaging/compose/"><p>${labels.sendProfile}</p></a>`,
    plain(labels.savePdf),
    ...(connectable
      ? [
          html`<a role="menuitem" tabindex="-1" href="/preload/custom-invite/?vanityName=${encodeURIComponent(view.slug)}" componentkey="${stateKey(view)}_connect"><div aria-label="${fill(labels.inviteAria, { name: view.name })}"><svg id="connect-medium"></svg><p>${labels.connect}</p></div></a>`,
        ]
      : []),
    ...(view.relation === 'connected' ? [plain(labels.removeConnection)] : []),
    plain(view.following ? labels.following : labels.follow),
    plain(labels.report),
    plain(labels.aboutMember),
  ];
}
