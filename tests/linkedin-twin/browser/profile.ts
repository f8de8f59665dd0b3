import { actionRow, menuItems } from '../render/action-row.ts';
import { html } from '../render/html.ts';
import { contactDialog } from '../render/profile.ts';
import type { ProfileView } from '../render/views.ts';
import { connectAtOnce, connectByDialog, shadowRoot } from './connect.ts';
import { hydrateAfter, pageView, sduiRequest } from './page.ts';
import { toast } from './toast.ts';
import { openWithdrawDialog } from './withdraw-dialog.ts';

const view = pageView<ProfileView>();
const { labels } = view;

/** Both copies of the controls show the same state. */
function redraw(): void {
  for (const box of document.querySelectorAll('[data-actions]')) box.innerHTML = actionRow(view).text;
}

async function connect(via: string): Promise<void> {
  if (view.connectsAtOnce) {
    view.placement = 'absent';
    redraw();
    await sduiRequest('addaAddConnection', via, { inviteeUrn: { memberId: view.memberId } });
    return;
  }
  return connectByDialog(view.slug, via, labels, () => {
    view.relation = 'pending';
    redraw();
  });
}

function portal(): Element {
  const found = document.querySelector('body > [data-floating-ui-portal]');
  if (!found) throw new Error('no portal');
  return found;
}

/** The menu opens at once; its items arrive in two steps. */
function toggleMenu(button: Element): void {
  const open = button.getAttribute('aria-expanded') === 'true';
  closeMenu();
  if (open) return;
  button.setAttribute('aria-expanded', 'true');
  const box = portal();
  box.innerHTML = html`<div><div role="menu" aria-orientation="vertical"></div></div>`.text;
  const menu = box.querySelector('[role=menu]');
  const items = menuItems(view);
  const show = (count: number) => {
    if (menu?.isConnected) menu.innerHTML = html`${items.slice(0, count)}`.text;
  };
  setTimeout(() => show(2), 60);
  setTimeout(() => show(items.length), 220);
}

function closeMenu(): void {
  portal().innerHTML = '';
  for (const more of document.querySelectorAll('[data-actions] button[aria-expanded]')) {
    more.setAttribute('aria-expanded', 'false');
  }
}

function onControl(target: Element, via: string): boolean {
  const key = target.getAttribute('componentkey') ?? '';
  if (key.endsWith('_connect')) void connect(via);
  else if (key.endsWith('_pending')) {
    openWithdrawDialog(view, labels, 'profile', () => {
      view.relation = 'none';
      redraw();
    });
  } else if (key.endsWith('_accept') || key.endsWith('_ignore')) void answerInvite(key.endsWith('_accept'));
  else if (key.startsWith('FollowButton')) void toggleFollow(via);
  else if (target.hasAttribute('aria-expanded')) toggleMenu(target);
  else return false;
  return true;
}

async function answerInvite(accept: boolean): Promise<void> {
  const answer = await sduiRequest('addaInvitationAction', 'profile', {
    profileUrn: { profileId: view.profileId },
    inviteeActionType: accept ? 'InviteeActionType_ACCEPT' : 'InviteeActionType_IGNORE',
  });
  if (answer.kind !== 'json' || answer.status !== 200) return;
  view.relation = accept ? 'connected' : 'none';
  redraw();
}

/** The page shows the new state at once and takes it back when LinkedIn refuses. */
async function toggleFollow(via: string): Promise<void> {
  view.following = !view.following;
  redraw();
  const answer = await sduiRequest('addaUpdateFollowState', via, {
    memberUrn: { memberId: view.memberId },
    followStateType: view.following ? 'FollowStateType_FOLLOW_ACTIVE' : 'FollowStateType_FOLLOW_INACTIVE',
  });
  if (answer.kind !== 'json' || answer.status === 200) return;
  view.following = !view.following;
  redraw();
  toast(shadowRoot(), 'error', labels.toastFailed);
}

function onClick(event: Event): void {
  if (!(event.target instanceof Element)) return;
  const menuItem = event.target.closest('[role=menuitem]');
  if (menuItem) {
    if ((menuItem.getAttribute('componentkey') ?? '').endsWith('_connect')) {
      event.preventDefault();
      closeMenu();
      void connect('menu');
    } else if ([labels.follow, labels.following].includes(menuItem.textContent?.trim() ?? '')) {
      closeMenu();
      void toggleFollow('menu');
    }
    return;
  }
  const rail = event.target.closest('button[data-member]');
  if (rail) return void connectAtOnce(rail, labels);
  if (event.target.closest('a[href*="/overlay/contact-info/"]')) {
    event.preventDefault();
    history.pushState(null, '', `/in/${encodeURIComponent(view.slug)}/overlay/contact-info/`);
    openContact();
    return;
  }
  const control = event.target.closest('[data-actions] a, [data-actions] button');
  if (!control) return;
  if (onControl(control, control.closest('[role=toolbar]') ? 'toolbar' : 'row')) event.preventDefault();
}

/** The overlay is a native dialog of the new stack. */
function openContact(): void {
  document.querySelector('dialog')?.remove();
  document.body.insertAdjacentHTML('beforeend', contactDialog(view).text);
  document.querySelector('dialog button')?.addEventListener('click', () => {
    document.querySelector('dialog')?.remove();
    history.pushState(null, '', `/in/${encodeURIComponent(view.slug)}/`);
  });
}

if (view.contactOpen) openContact();
hydrateAfter(view.hydrationDelayMs, () => document.addEventListener('click', onClick));
