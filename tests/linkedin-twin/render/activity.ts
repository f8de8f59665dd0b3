import { fill } from '../labels/index.ts';
import { type Frame, sduiPage } from './frame.ts';
import { type Html, hashedClass, html } from './html.ts';
import type { ActivityPost, ActivityView } from './views.ts';

/** Everything a member posted, in the new stack: no urn anywhere, the state of Like in its name. */
export function activityPage(frame: Frame, view: ActivityView): Html {
  const { labels } = frame;
  const c = (name: string) => hashedClass(frame.build, name);
  const cards = view.posts.map((post) => {
    const key = `expanded${c(post.activityId)}FeedType_MEMBER_SHARES`;
    return html`<div role="listitem" componentkey="${key}" class="${c('card')}"><h2>${labels.activity}</h2>${banner(view, post)}<a href="https://www.linkedin.com/in/${post.author.slug}/"><p>${post.author.name}</p></a><button aria-label="${fill(labels.postMenu, { name: post.author.name })}"></button><span data-testid="expandable-text-box">${post.text}</span><div class="${c('bar')}"><button aria-label="${post.liked ? labels.reactionLike : labels.reactionNone}"><span>${labels.like}</span></button><button aria-label="${labels.reactionsMenu}"></button></div><div componentkey="commentsSectionContainer"><a href="https://www.linkedin.com/in/jordan-reyes/">Jordan Reyes</a><p>Well said</p><button aria-label="${labels.reactionNone}"><span>${labels.like}</span></button></div></div>`;
  });
  const list = cards.length > 0 ? cards : empty(view);
  const main = html`<main id="workspace" data-sdui-screen="com.linkedin.sdui.flagshipnav.profile.RecentActivity"><section><p>${view.name}</p></section><div data-testid="mainFeed">${list}</div></main>`;
  return sduiPage(frame, { title: `${labels.activity} | LinkedIn`, main, view, script: 'activity.ts' });
}

/** The same in the old stack: the activity's urn, and a Like that is pressed or not. */
export function emberActivityMain(view: ActivityView): Html {
  const { labels } = view;
  const cards = view.posts.map(
    (post) =>
      html`<li><div class="feed-shared-update-v2" data-urn="urn:li:activity:${post.activityId}" role="article">${banner(view, post)}<div class="update-components-actor__container"><a href="https://www.linkedin.com/in/${post.author.slug}"><span class="update-components-actor__title">${post.author.name}</span></a></div><div class="update-components-text">${post.text}</div><div class="feed-shared-social-action-bar"><button class="react-button__trigger artdeco-button" aria-pressed="${String(post.liked)}" aria-label="${post.liked ? labels.unreactLike : labels.reactLike}"><span>${labels.like}</span></button></div><div class="feed-shared-update-v2__comments-container"><article class="comments-comment-entity"><a href="https://www.linkedin.com/in/jordan-reyes">Jordan Reyes</a><button class="react-button__trigger" aria-pressed="false" aria-label="${labels.reactLike}"><span>${labels.like}</span></button></article></div></div></li>`,
  );
  return html`<main class="scaffold-layout__main"><section><h2>${labels.activity}</h2><ul>${cards.length > 0 ? cards : empty(view)}</ul></section></main>`;
}

function banner(view: ActivityView, post: ActivityPost): Html | null {
  if (post.author.slug === view.slug) return null;
  return html`<p><a href="https://www.linkedin.com/in/${view.slug}/">${fill(view.labels.reposted, { name: view.name })}</a></p>`;
}

function empty(view: ActivityView): Html {
  const { labels, name } = view;
  return html`<div><h2>${labels.noActivity}</h2><p>${fill(labels.noActivityBody, { name })}</p></div>`;
}
