import { fill } from '../labels/index.ts';
import { actionRow, menuItems } from '../render/action-row.ts';
import { html } from '../render/html.ts';
import type { InviteContext, ProfileView } from '../render/views.ts';
import { openInviteModal } from './invite-modal.ts';
import { call, hydrateAfter, pageView, sduiRequest } from './page.ts';
import { toast } from './toast.ts';
import { openWithdrawDialog } from './withdraw-dialog.ts';

const view = pageView<ProfileView>();
const { labels } = view;

/** Both copies of the controls show the same state. */
function redraw(): void {
  for (const box of document.querySelectorAll('[data-actions]')) box.innerHTML = actionRow(view).text;
}

function shadowRoot(): ShadowRoot {
  const root = document.getElementById('interop-outlet')?.shadowRoot;
  if (!root) throw new Error('no interop outlet');
  return root;
}

async function connect(via: string): Promise<void> {
  const url = `/flagship-web/rsc-action/actions/invite-context?vanityName=${encodeURIComponent(view.slug)}`;
  const answer = await call('GET', url, via);
  if (answer.kind !== 'json' || answer.status !== 200) return;
  const context = answer.body as InviteContext;
  if (context.surface === 'iframe') return openInFrame(context, via);
  openInviteModal({ root: shadowRoot(), context, via, labels, onSent, onClosed: () => {} });
}

function onSent(): void {
  view.relation = 'pending';
  redraw();
}

function frame(): HTMLIFrameElement | null {
  return document.querySelector<HTMLIFrameElement>('iframe[data-testid=interop-iframe]');
}

/** The other bridge: the dialog is drawn by the `/preload/` document in the iframe. */
function openInFrame(context: InviteContext, via: string): void {
  const target = frame();
  if (!target?.contentWindow) return;
  target.style.opacity = '1';
  target.style.pointerEvents = 'auto';
  target.contentWindow.postMessage({ kind: 'open-invite', context, via }, location.origin);
}

addEventListener('message', (event) => {
  if (event.origin !== location.origin || event.source !== frame()?.contentWindow) return;
  if (event.data?.kind === 'invite-sent') onSent();
  const target = frame();
  if (event.data?.kind === 'invite-closed' && target) {
    target.style.opacity = '0';
    target.style.pointerEvents = 'none';
  }
});

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

/** Rails ask nothing: the invitation goes out with the click. */
async function railConnect(button: Element): Promise<void> {
  const memberId = button.getAttribute('data-member') ?? '';
  const answer = await sduiRequest('addaAddConnection', 'rail', { inviteeUrn: { memberId } });
  if (answer.kind !== 'json' || answer.status !== 200) return;
  const name = button.closest('[role=listitem]')?.querySelector('a')?.textContent ?? '';
  button.setAttribute('aria-label', fill(labels.pendingAria, { name }));
  button.textContent = labels.pending;
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
  if (rail) return void railConnect(rail);
  const control = event.target.closest('[data-actions] a, [data-actions] button');
  if (!control) return;
  if (onControl(control, control.closest('[role=toolbar]') ? 'toolbar' : 'row')) event.preventDefault();
}

hydrateAfter(view.hydrationDelayMs, () => document.addEventListener('click', onClick));
