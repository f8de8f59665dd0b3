import { fill } from '../labels/index.ts';
import { actionRow } from './action-row.ts';
import { type Frame, sduiPage } from './frame.ts';
import { Html, hashedClass, html } from './html.ts';
import type { ProfileView, RailPerson } from './views.ts';

// Before React has wired a control, a click on it does nothing at all (and says nothing).
const SWALLOW = new Html(`<script>
window.__unhydrated=true;
addEventListener('click',function(e){
  var t=e.target instanceof Element&&e.target.closest('main [componentkey$="_connect"],main [componentkey$="_pending"],main [componentkey$="_accept"],main [componentkey$="_ignore"],main button,[role=toolbar] a,[role=toolbar] button');
  if(window.__unhydrated&&t){e.preventDefault();e.stopImmediatePropagation();}
},true);</script>`);

/** A member's profile in the new stack. */
export function profilePage(frame: Frame, view: ProfileView, humanCheck: boolean): Html {
  const { labels } = view;
  const c = (name: string) => hashedClass(view.build, name);
  const card = `com.linkedin.sdui.profile.card.ref${view.profileId}`;
  const toolbar = html`<div role="toolbar" class="${c('sticky')}"><p>${view.name}</p><div data-actions="">${actionRow(view)}</div></div>`;
  const contact = `https://www.linkedin.com/in/${view.slug}/overlay/contact-info/`;
  const main = html`<main id="workspace" class="${c('workspace')}" data-sdui-screen="com.linkedin.sdui.flagshipnav.profile.Profile">
<div componentkey="${card}Topcard" style="flex:1 1 640px"><section componentkey="${card}Topcard" class="${c('card')}">
 <div class="${c('card')} ${c('inner')}"><div role="button" aria-label="Profile photo"></div>
  <div><h2 class="${c('text')}">${view.name}</h2>${view.self ? null : degrees(view)}</div>
  <p>${view.headline}</p><p>${view.company} · Sample University</p>
  <div><p>${view.location}</p><p>·</p><p><a href="${contact}">${labels.contactInfo}</a></p></div>
  <p><a href="https://www.linkedin.com/search/results/people/?connectionOf=%5B%22${view.profileId}%22%5D"><span>500+</span> ${labels.connections}</a></p>
  <div role="button"><svg id="company-accent-4"></svg><p>${view.company}</p></div><div role="button"><svg id="school-accent-4"></svg><p>Sample University</p></div>
  <p><a href="#">${fill(labels.mutual, { name: 'Jordan Reyes, Casey Field' })}</a></p>
 </div>
 <div class="${c('actions')}" data-actions="">${actionRow(view)}</div></section></div>
<section componentkey="${card}About" style="flex:1 1 100%"><h2>${labels.about}</h2><span data-testid="expandable-text-box">${view.headline}. <button data-testid="expandable-text-button">… more</button></span></section>
<section componentkey="${card}Activity" style="flex:1 1 100%"><h2>${labels.activity}</h2></section>
<section componentkey="profileCardsBelowActivityPart1${view.slug}" style="flex:1 1 100%"><h2>${labels.experience}</h2></section>
<aside>${rail(view, `profileAsideBrowsemap${view.slug}`, labels.moreProfiles, view.rails.browsemap)}${rail(view, `profileAsidePymk${view.slug}`, labels.peopleYouMayKnow, view.rails.pymk)}</aside>
${humanCheck ? html`<iframe id="humanThirdPartyIframe" title="LinkedIn security verification" src="/__twin/blank" style="width:400px;height:300px"></iframe>` : null}
</main>`;
  return sduiPage(frame, {
    title: `(3) ${view.name} | LinkedIn`,
    head: html`<style>.${c('off')}{display:none}</style>${SWALLOW}`,
    toolbar,
    main,
    view,
    script: 'profile.ts',
  });
}

/** The degree stands there twice; the optimistic one is hidden by a class. */
function degrees(view: ProfileView): Html {
  const { labels } = view;
  const text = [labels.degree1, labels.degree2, labels.degree3];
  const degree = view.relation === 'connected' ? 1 : view.degree === 1 ? 2 : view.degree;
  const shown = text[degree - 1];
  const hidden = degree === 1 ? labels.degree2 : labels.degree1;
  return html`<span><p>${shown}</p></span><span class="${hashedClass(view.build, 'off')}"><p>${hidden}</p></span>`;
}

function rail(view: ProfileView, key: string, heading: string, people: RailPerson[]): Html {
  return html`<section componentkey="${key}"><h2>${heading}</h2>${people.map(
    (p) =>
      html`<div role="listitem"><a href="https://www.linkedin.com/in/${p.slug}/">${p.name}</a><button aria-label="${fill(view.labels.inviteAria, { name: p.name })}" data-member="${p.memberId}"><svg id="connect-small"></svg><span>${view.labels.connect}</span></button></div>`,
  )}</section>`;
}

/** Contact info, as far as the person shows it. */
export function contactDialog(view: ProfileView): Html {
  const { labels, contact } = view;
  const part = (title: string, value: Html | null) =>
    value ? html`<section><h3>${title}</h3>${value}</section>` : null;
  const profile = `https://www.linkedin.com/in/${view.slug}`;
  return html`<dialog open data-testid="dialog" aria-labelledby="dialog-header"><button aria-label="${labels.dismiss}"></button><h2 id="dialog-header">${labels.contactInfo}</h2>${part(labels.contactProfile, html`<a href="${profile}">${profile.slice(8)}</a>`)}${part(labels.contactEmail, contact.email ? html`<a href="mailto:${contact.email}">${contact.email}</a>` : null)}${part(labels.contactPhone, contact.phone ? html`<span>${contact.phone}</span>` : null)}${part(labels.contactWebsite, contact.website ? html`<a href="${contact.website}">${contact.website}</a>` : null)}</dialog>`;
}

/** A profile that is not shown to this member: the page's frame, a sentence, no screen of a profile. */
export function unavailablePage(frame: Frame): Html {
  const title = frame.labels.unavailable;
  const main = html`<main id="workspace"><section><h2>${title}</h2><a href="https://www.linkedin.com/feed/">LinkedIn</a></section></main>`;
  return sduiPage(frame, { title: `${title} | LinkedIn`, main, view: {}, script: null });
}

/** The old stack's profile page, gone from the live site: a reader must say that it does not know it. */
export function emberProfileMain(view: ProfileView): Html {
  return html`<main class="scaffold-layout__main"><section class="artdeco-card pv-top-card"><h1 class="text-heading-xlarge">${view.name}</h1><span class="dist-value">${view.labels[`degree${view.degree}`].slice(2)}</span><div class="text-body-medium">${view.headline}</div><div class="pvs-profile-actions"><button class="pvs-profile-actions__action artdeco-button" aria-label="${fill(view.labels.inviteAria, { name: view.name })}">${view.labels.connect}</button></div></section></main>`;
}
