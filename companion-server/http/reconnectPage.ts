import { html } from 'hono/html';
import type { AccountState } from '../services/reconnect/reconnect.ts';

type Content = ReturnType<typeof html>;

const style = html`<style>
  :root { color-scheme: light dark; --back: #fff; --text: #1a1b1e; --soft: #495057; --line: #ced4da; --act: #1c5fd1;
    --on-act: #fff; --good: #2b7a3d; --bad: #c92a2a; }
  @media (prefers-color-scheme: dark) { :root { --back: #1a1b1e; --text: #e9ecef; --soft: #adb5bd; --line: #495057;
    --act: #8ab8ff; --on-act: #10131a; --good: #69db7c; --bad: #ff8787; } }
  body { font: 18px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 34rem; padding: 8vh 1rem 4rem;
    background: var(--back); color: var(--text); }
  h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
  h2 { font-size: 1.1rem; margin-top: 2.5rem; }
  dt { font-weight: 600; margin-top: 0.8rem; } dd { margin: 0; color: var(--soft); }
  .state { border: 1px solid var(--line); border-inline-start: 6px solid var(--bad); border-radius: 8px; padding: 0.8rem 1rem; }
  .state p { margin: 0; } .state .title { font-weight: 700; }
  [data-state='connected'] .state, [data-state='reading'] .state { border-inline-start-color: var(--good); }
  [data-state='connected'] .todo, [data-state='reading'] .todo { display: none; }
  .act, button { font: inherit; display: inline-block; padding: 0.6rem 1.4rem; border: 0; border-radius: 8px;
    background: var(--act); color: var(--on-act); text-decoration: none; cursor: pointer; margin-top: 1rem; }
  button.quiet { background: none; color: var(--text); border: 1px solid var(--line); padding: 0.4rem 1rem; }
  :focus-visible { outline: 3px solid var(--act); outline-offset: 3px; }
</style>`;

function page(title: string, content: Content, state = ''): Content {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${title}</title>
    ${style}
  </head>
  <body data-state="${state}"><main><h1>${title}</h1>${content}</main></body>
</html>`;
}

/** For a link that was cut on its way. */
export const invalidPage = () =>
  page(
    'This link is not complete',
    html`<p>Open the link in the email again. If it is broken over two lines, copy all of it.</p>`,
  );

/** A short answer, with a link to go on where there is one. */
export const notePage = (title: string, text: string, link?: { href: string; label: string }) =>
  page(title, html`<p>${text}</p>${link ? html`<a class="act" href="${link.href}">${link.label}</a>` : ''}`);

/** Says nothing about the account: whoever holds an old link learns no news. */
export const expiredPage = (token: string) =>
  page(
    'This link is too old',
    html`<p>For safety it worked for 7 days only. A fresh one goes to the same address as this one.</p>
      <form method="post" action="/reconnect/${token}/fresh">
        <button type="submit">Send a fresh link</button>
      </form>`,
  );

const answers = [
  ['What happens to my pending invitations?', 'They stay. Rapport neither withdraws nor repeats them.'],
  ['Do recipients notice anything?', 'No. They see nothing of this.'],
  ['Is anything lost?', 'No. Data is untouched, and everybody continues at the exact step where they stood.'],
  ['Is there a deadline?', 'No. Waiting does no harm, and missed time is not made up in a burst afterwards.'],
] as const;

/** One button, the state that turns green by itself, and what people ask. */
export function accountPage(account: AccountState, token: string, isReminded: boolean): Content {
  return page(
    `Reconnect ${account.name}`,
    html`<div class="state" role="status">
        <p class="title" id="title">${account.title}</p>
        <p id="sentence">${account.sentence}</p>
      </div>
      <div class="todo">
        <a class="act" href="https://www.linkedin.com/login" target="_blank" rel="noreferrer">Sign in to LinkedIn</a>
        <p>This opens LinkedIn's own login. Sign in as ${account.name}; this page turns green by itself.</p>
        <p><strong>Use the computer and browser that have Rapport's extension.</strong> Signing in on a phone or in
          another browser does not help, because Rapport works only in that one.</p>
      </div>
      <h2>Good to know</h2>
      <dl>${answers.map(([question, answer]) => html`<dt>${question}</dt><dd>${answer}</dd>`)}</dl>
      ${
        isReminded
          ? html`<form method="post" action="/reconnect/${token}/reminders">
              <button class="quiet" type="submit">Send me no more reminders</button>
            </form>`
          : ''
      }
      <script src="/reconnect.js"></script>`,
    account.state,
  );
}

/** In a file of its own because the security policy allows no inline script. */
export const pageScript = `'use strict';
const source = new EventSource(location.pathname + '/events');
source.addEventListener('state', (event) => {
  const { state, title, sentence } = JSON.parse(event.data);
  document.body.dataset.state = state;
  document.getElementById('title').textContent = title;
  document.getElementById('sentence').textContent = sentence;
  if (state === 'connected') source.close();
});
`;
