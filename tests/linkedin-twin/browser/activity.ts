import type { ActivityView } from '../render/views.ts';
import { call, hydrateAfter, pageView, sduiRequest } from './page.ts';
import { toast } from './toast.ts';

const view = pageView<ActivityView>();
const { labels } = view;

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
  toast(document.getElementById('interop-outlet')?.shadowRoot ?? document, 'error', labels.toastFailed);
}

function onClick(event: Event): void {
  if (!(event.target instanceof Element)) return;
  const button = event.target.closest('button');
  const card = button?.closest('[componentkey*="FeedType_"], .feed-shared-update-v2');
  if (!button || !card || button.textContent?.trim() !== labels.like) return;
  const cards = [...document.querySelectorAll('[componentkey*="FeedType_"], .feed-shared-update-v2')];
  const post = view.posts[cards.indexOf(card)];
  if (!post) return;
  const comment = button.closest('[componentkey^="comments"], .comments-comment-entity') !== null;
  const now = [labels.reactionLike].includes(button.getAttribute('aria-label') ?? '');
  const liked = button.getAttribute('aria-pressed') === 'true' || now;
  void react(button, `urn:li:${comment ? 'comment' : 'activity'}:${post.activityId}`, !liked);
}

hydrateAfter(view.hydrationDelayMs, () => document.addEventListener('click', onClick));
