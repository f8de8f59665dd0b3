import { reactorRow, reactorsDialog, sduiPost } from '../render/activity.ts';
import type { ActivityPost, ActivityView } from '../render/views.ts';
import { lazily } from './lazy.ts';
import { call, hydrateAfter, pageView, sduiRequest } from './page.ts';
import { toast } from './toast.ts';

const CARDS = '[componentkey*="FeedType_"], .feed-shared-update-v2';
const view = pageView<ActivityView>();
const { labels } = view;

/** The layer of the old stack: the whole page, or what lies over a new one. */
function layer(): ParentNode {
  return document.getElementById('interop-outlet')?.shadowRoot ?? document;
}

/** The page shows the new state at once and takes it back when LinkedIn refuses. */
function show(button: Element, liked: boolean): void {
  if (button.hasAttribute('aria-pressed')) {
    button.setAttribute('aria-pressed', String(liked));
    button.setAttribute('aria-label', liked ? labels.unreactLike : labels.reactLike);
  } else button.setAttribute('aria-label', liked ? labels.reactionLike : labels.reactionNone);
}

async function react(button: Element, urn: string, liked: boolean): Promise<void> {
  show(button, liked);
  const url = `/voyager/api/voyagerSocialDashReactions?threadUrn=${encodeURIComponent(urn)}`;
  const answer = liked
    ? await call('POST', url, 'activity', { reactionType: 'LIKE' })
    : await sduiRequest('reactions.delete', 'activity', { threadUrn: urn });
  if (answer.kind !== 'json' || answer.status < 400) return;
  show(button, !liked);
  toast(layer(), 'error', labels.toastFailed);
}

function openReactors(post: ActivityPost): void {
  const outlet = layer().querySelector('#modal-outlet');
  if (!outlet) return;
  outlet.innerHTML = reactorsDialog(view).text;
  outlet.querySelector('button')?.addEventListener('click', () => {
    outlet.innerHTML = '';
  });
  const list = outlet.querySelector('[data-reactors]');
  lazily(outlet.querySelector('[data-more]'), post.reactors.length, (from, to) => {
    for (const person of post.reactors.slice(from, to)) {
      list?.insertAdjacentHTML('beforeend', reactorRow(view, person).text);
    }
  });
}

function onClick(event: Event): void {
  if (!(event.target instanceof Element)) return;
  const button = event.target.closest('button');
  const card = button?.closest(CARDS);
  if (!button || !card) return;
  const post = view.posts[[...document.querySelectorAll(CARDS)].indexOf(card)];
  if (!post) return;
  if (button.hasAttribute('data-reaction-details')) {
    openReactors(post);
    return;
  }
  if (button.textContent?.trim() !== labels.like) return;
  const comment = button.closest('[componentkey^="comments"], .comments-comment-entity') !== null;
  const now = [labels.reactionLike].includes(button.getAttribute('aria-label') ?? '');
  const liked = button.getAttribute('aria-pressed') === 'true' || now;
  void react(button, `urn:li:${comment ? 'comment' : 'activity'}:${post.activityId}`, !liked);
}

const feed = document.querySelector('[data-testid=mainFeed]');
if (feed) {
  const add = (from: number, to: number) => {
    for (const post of view.posts.slice(from, to)) {
      feed.insertAdjacentHTML('beforeend', sduiPost(view, post, feed.getAttribute('data-feed') ?? '').text);
    }
  };
  lazily(document.querySelector('main > [data-more]'), view.posts.length, add, true);
}
hydrateAfter(view.hydrationDelayMs, () => document.addEventListener('click', onClick));
