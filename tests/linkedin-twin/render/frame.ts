import { fill, type Labels } from '../labels/index.ts';
import { Html, html, jsonScript } from './html.ts';

export interface Frame {
  locale: string;
  build: number;
  labels: Labels;
}

const STYLE = new Html(`<style>
body{font:14px/1.4 system-ui,sans-serif;margin:0;background:#f4f2ee;color:#1d2226}
header[data-testid=primary-nav],.global-nav{display:flex;gap:20px;background:#fff;padding:10px 24px;border-bottom:1px solid #ddd}
header[data-testid=primary-nav] nav,.global-nav__content,.global-nav__primary-items{display:flex;gap:20px;list-style:none;margin:0;padding:0}
main{max-width:1060px;margin:16px auto;display:flex;flex-wrap:wrap;gap:16px}
main>*{background:#fff;border:1px solid #ddd;border-radius:8px;padding:20px;box-sizing:border-box}
[role=toolbar]{display:flex;gap:10px;align-items:center;background:#fff;padding:6px 24px;border-bottom:1px solid #ddd}
a{color:#0a66c2;text-decoration:none;cursor:pointer}
main a[componentkey],main button,[role=toolbar] button,[role=toolbar] a,.artdeco-button{display:inline-block;border:1px solid #0a66c2;border-radius:16px;padding:5px 14px;margin:2px;background:#fff;color:#0a66c2;font:inherit;cursor:pointer}
.artdeco-button--primary,.msg-form__send-button{background:#0a66c2!important;color:#fff!important}
button:disabled{opacity:.4}
[role=menu]{position:fixed;top:120px;right:120px;background:#fff;border:1px solid #ccc;padding:8px;box-shadow:0 2px 8px #0003;z-index:5}
[role=menuitem]{display:block;padding:2px 8px;cursor:pointer}
.artdeco-modal-overlay{position:fixed;inset:0;background:#0007;display:flex;align-items:center;justify-content:center;z-index:50}
.artdeco-modal{background:#fff;border-radius:8px;padding:20px;width:480px}
.artdeco-toast-item{position:fixed;left:20px;bottom:20px;background:#fff;border:1px solid #999;padding:8px 16px;z-index:60}
.msg__list-detail{display:grid;grid-template-columns:300px 1fr}.msg__list-detail>*{min-width:0}
.msg-form__contenteditable{border:1px solid #ccc;min-height:60px;padding:6px}
.visually-hidden{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
textarea{width:100%;min-height:80px}
svg{width:0;height:0}.hidden{display:none}
section[aria-label=notifications]{position:absolute;clip-path:inset(50%)}
main[data-sdui-screen]{display:grid;grid-template-columns:1fr 280px}
main[data-sdui-screen]>*{grid-column:1}main[data-sdui-screen]>aside{grid-column:2;grid-row:1/4}
[data-actions] a,[data-actions] button{border:1px solid #0a66c2;border-radius:16px;padding:5px 14px;margin-right:6px;display:inline-block}
[data-actions] [componentkey$="_connect"]{background:#0a66c2!important;color:#fff!important}
main p,main h2{margin:4px 0}main ul{list-style:none;padding:0}aside [role=listitem]{padding:6px 0}
.msg-s-event-listitem{padding:6px 0}.msg-s-message-group__timestamp,time{color:#666;margin-left:8px;font-size:12px}</style>`);

function moduleScript(frame: Frame, script: string | null): Html {
  if (!script) return html``;
  return html`<script type="module" src="/sc/h/${frame.build}/browser/${script}"></script>`;
}

/** A page of the new stack: hashed classes, both bridges to Ember, a portal at the body's end. */
export function sduiPage(
  frame: Frame,
  page: { title: string; head?: Html; toolbar?: Html; main: Html; view: unknown; script: string | null },
): Html {
  const { labels } = frame;
  return html`<!doctype html>
<html lang="${frame.locale}"><head><meta charset="utf-8"><title>${page.title}</title>${STYLE}${page.head}</head>
<body class="">
<section aria-label="notifications"><h2 data-testid="toasts-title">${fill(labels.notifications, { n: 0 })}</h2></section>
<header data-testid="primary-nav"><nav componentkey="primaryNavLinksComponentRef"><a href="https://www.linkedin.com/feed/?nis=true" aria-label="${fill(labels.home, { n: 0 })}">${labels.home.split(',')[0]}</a><a href="https://www.linkedin.com/mynetwork/" aria-label="${fill(labels.myNetwork, { n: 2 })}">${labels.myNetwork.split(',')[0]}</a><a href="https://www.linkedin.com/messaging/" aria-label="${labels.messaging}">${labels.messaging}</a></nav><button aria-expanded="false">${labels.me}</button></header>
${page.toolbar}
${page.main}
<div id="interop-outlet" data-testid="interop-shadowdom" class="theme--light"><template shadowrootmode="open">${STYLE}<section id="artdeco-toasts" class="artdeco-toasts"><div class="artdeco-toasts_toasts" role="alert"></div></section><div id="modal-outlet"></div></template></div>
<iframe data-testid="interop-iframe" src="/preload/" style="opacity:0;position:fixed;inset:0;width:100%;height:100%;border:0;pointer-events:none" title="interop"></iframe>
<div data-floating-ui-portal=""></div>
${jsonScript('rehydrate-data', page.view)}
${moduleScript(frame, page.script)}
</body></html>`;
}

export interface EmberSelf {
  name: string;
  me: { data: unknown; included: unknown };
}

/** A page of the old stack: artdeco classes, bootstrap JSON in hidden code elements. */
export function emberPage(
  frame: Frame,
  page: { title: string; self: EmberSelf; main: Html; view: unknown; script: string | null; nav?: boolean },
): Html {
  const { labels } = frame;
  const item = (href: string, text: string) =>
    html`<li class="global-nav__primary-item"><a class="iufxJiHl global-nav__primary-link" href="${href}" data-test-app-aware-link=""><span class="t-12 global-nav__primary-link-text">${text}</span></a></li>`;
  const nav = html`<header id="global-nav" class="global-nav global-alert-offset-top global-nav--visible" aria-label="Global Navigation"><div class="global-nav__content"><ul class="global-nav__primary-items">${[
    item('https://www.linkedin.com/feed/?nis=true&', labels.home.split(',')[0] ?? ''),
    item('https://www.linkedin.com/mynetwork/?', labels.myNetwork.split(',')[0] ?? ''),
    item('https://www.linkedin.com/messaging/?', labels.messaging),
  ]}<li class="global-nav__primary-item"><div class="global-nav__me artdeco-dropdown"><button class="global-nav__primary-link artdeco-dropdown__trigger"><img class="global-nav__me-photo" alt="${page.self.name}"><span class="t-12 global-nav__primary-link-text">${labels.me}</span></button></div></li></ul></div></header>`;
  return html`<!doctype html>
<html lang="${frame.locale}"><head><meta charset="utf-8"><title>${page.title}</title>${STYLE}</head>
<body class="render-mode-BIGPIPE nav-v2 ember-application icons-loaded boot-complete">
<section id="artdeco-toasts" class="artdeco-toasts" aria-label="notifications"><header class="artdeco-toasts__header"><h2 class="artdeco-toasts__title visually-hidden">0</h2></header><div class="artdeco-toasts_toasts" role="alert"></div></section>
<div id="modal-outlet"></div>
<code style="display:none" id="bpr-guid-100001">${JSON.stringify(page.self.me)}</code><code style="display:none" id="datalet-bpr-guid-100001">${JSON.stringify({ request: '/voyager/api/me', status: 200, body: 'bpr-guid-100001' })}</code>
<div class="application-outlet">${page.nav === false ? null : nav}${page.main}</div>
<div hidden><textarea id="g-recaptcha-response-100000" name="g-recaptcha-response" class="g-recaptcha-response"></textarea></div>
${jsonScript('rehydrate-data', page.view)}
${moduleScript(frame, page.script)}
</body></html>`;
}

/** A page for people who are not signed in, and the challenge pages. */
export function guestPage(frame: Frame, page: { title: string; pageKey?: string; body: Html }): Html {
  return html`<!doctype html>
<html lang="${frame.locale}"><head><meta charset="utf-8"><title>${page.title}</title>${page.pageKey ? html`<meta name="pageKey" content="${page.pageKey}">` : null}${STYLE}</head><body class="">${page.body}</body></html>`;
}
