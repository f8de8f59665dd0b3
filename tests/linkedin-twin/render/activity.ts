import { fill } from '../labels/index.ts';
import { type Frame, sduiPage } from './frame.ts';
import { FIRST_ROWS, type Html, hashedClass, html } from './html.ts';
import type { ActivityPost, ActivityView } from './views.ts';

type Screen = 'activity' | 'feed' | 'post';

const SCREENS: Record<Screen, { name: string; feed: string }> = {
  activity: { name: 'com.linkedin.sdui.flagshipnav.profile.RecentActivity', feed: 'MEMBER_SHARES' },
  feed: { name: 'com.linkedin.sdui.flagshipnav.feed.Feed', feed: 'MAIN_FEED_RELEVANCE' },
  post: { name: 'com.linkedin.sdui.flagshipnav.feed.UpdateDetail', feed: 'UPDATE_DETAIL' },
};

/** Posts in the new stack, which its script adds while one scrolls: no urn anywhere, Like's state in its name. */
export function activityPage(frame: Frame, view: ActivityView, screen: Screen = 'activity'): Html {
  const { labels } = frame;
  const title = screen === 'activity' ? labels.activity : labels.feedPost;
  const empty = view.posts.length === 0 && screen === 'activity' ? nothing(view) : null;
  const first = view.posts.slice(0, FIRST_ROWS).map((post) => sduiPost(view, post, SCREENS[screen].feed));
  const main = html`<main id="workspace" data-sdui-screen="${SCREENS[screen].name}"><section><p>${view.name}</p></section><div data-testid="mainFeed" data-feed="${SCREENS[screen].feed}">${empty}${first}</div><div data-more="" style="height:1px"></div></main>`;
  return sduiPage(frame, { title: `${title} | LinkedIn`, main, view, script: 'activity.ts' });
}

/** One post as the new stack draws it. */
export function sduiPost(view: ActivityView, post: ActivityPost, feed: string): Html {
  const { labels } = view;
  const c = (name: string) => hashedClass(view.build, name);
  const key = `expanded${c(post.activityId)}FeedType_${feed}`;
  const heading = view.slug === null ? labels.feedPost : labels.activity;
  return html`<div role="listitem" componentkey="${key}" class="${c('card')}"><h2>${heading}</h2>${banner(view, post)}<a href="https://www.linkedin.com/in/${post.author.slug}/"><p>${post.author.name}</p></a><button aria-label="${fill(labels.postMenu, { name: post.author.name })}"></button><span data-testid="expandable-text-box">${post.text}</span>${reactionCount(view, post)}<div class="${c('bar')}"><button aria-label="${post.liked ? labels.reactionLike : labels.reactionNone}"><span>${labels.like}</span></button><button aria-label="${labels.reactionsMenu}"></button></div><div componentkey="commentsSectionContainer"><a href="https://www.linkedin.com/in/jordan-reyes/">Jordan Reyes</a><p>Well said</p><button aria-label="${labels.reactionNone}"><span>${labels.like}</span></button></div></div>`;
}

/** The same in the old stack: the activity's urn, and a Like that is pressed or not. */
export function emberActivityMain(view: ActivityView): Html {
  const { labels } = view;
  const cards = view.posts.map(
    (post) =>
      html`<li><div class="feed-shared-update-v2" data-urn="urn:li:activity:${post.activityId}" role="article">${banner(view, post)}<div class="update-components-actor__container"><a href="https://www.linkedin.com/in/${post.author.slug}"><span class="update-components-actor__title">${post.author.name}</span></a></div><div class="update-components-text">${post.text}</div><div class="social-details-social-counts">${reactionCount(view, post)}</div><div class="feed-shared-social-action-bar"><button class="react-button__trigger artdeco-button" aria-pressed="${String(post.liked)}" aria-label="${post.liked ? labels.unreactLike : labels.reactLike}"><span>${labels.like}</span></button></div><div class="feed-shared-update-v2__comments-container"><article class="comments-comment-entity"><a href="https://www.linkedin.com/in/jordan-reyes">Jordan Reyes</a><button class="react-button__trigger" aria-pressed="false" aria-label="${labels.reactLike}"><span>${labels.like}</span></button></article></div></div></li>`,
  );
  const list = cards.length > 0 ? cards : nothing(view);
  return html`<main class="scaffold-layout__main"><section><h2>${labels.activity}</h2><ul>${list}</ul></section></main>`;
}

/** How many reacted; a click lists them. */
function reactionCount({ labels }: ActivityView, post: ActivityPost): Html | null {
  if (post.reactors.length === 0) return null;
  const text = fill(labels.reactions, { n: post.reactors.length });
  return html`<button class="social-details-social-counts__reactions-count" aria-label="${text}" data-reaction-details=""><span>${post.reactors.length}</span></button>`;
}

/** The list of those who reacted, an Ember dialog in either stack; its rows come while one scrolls. */
export function reactorsDialog({ labels }: ActivityView): Html {
  return html`<div class="artdeco-modal-overlay ember-view" data-test-modal-id="social-details-reactors-modal"><div class="artdeco-modal social-details-reactors-modal" role="dialog" data-test-modal="" aria-labelledby="social-details-reactors-modal"><button aria-label="${labels.dismiss}" data-test-modal-close-btn="" class="artdeco-button artdeco-modal__dismiss">×</button><h2 id="social-details-reactors-modal">${labels.reactionsTitle}</h2><div class="artdeco-modal__content social-details-reactors-modal__content" style="overflow:auto;max-height:60vh"><ul class="artdeco-list" data-reactors=""></ul><div data-more="" style="height:1px"></div></div></div></div>`;
}

export function reactorRow({ labels }: ActivityView, person: ActivityPost['reactors'][number]): Html {
  return html`<li class="artdeco-list__item social-details-reactors-tab-body-list-item"><a class="link-without-hover-state" href="https://www.linkedin.com/in/${encodeURIComponent(person.slug)}"><div class="artdeco-entity-lockup__title"><span>${person.name}</span><span class="artdeco-entity-lockup__degree">${labels[`degree${person.degree}`]}</span></div><div class="artdeco-entity-lockup__caption">${person.headline}</div></a></li>`;
}

function banner(view: ActivityView, post: ActivityPost): Html | null {
  if (view.slug === null || post.author.slug === view.slug) return null;
  return html`<p><a href="https://www.linkedin.com/in/${view.slug}/">${fill(view.labels.reposted, { name: view.name })}</a></p>`;
}

function nothing(view: ActivityView): Html {
  const { labels, name } = view;
  return html`<div><h2>${labels.noActivity}</h2><p>${fill(labels.noActivityBody, { name })}</p></div>`;
}
