import type { ChallengeKind } from '../types.ts';
import { type Frame, guestPage } from './frame.ts';
import { Html, html } from './html.ts';

export type LoginError = 'username' | 'password' | null;

/** The sign-in form. It works by typing and submitting; there is no script. */
export function loginPage(frame: Frame, csrf: string, back: string, email: string, error: LoginError): Html {
  const { labels } = frame;
  const body = html`<main><form class="login__form" method="post" action="/checkpoint/lg/login-submit"><h1>${labels.signIn}</h1><input type="hidden" name="csrfToken" value="${csrf}"><input type="hidden" name="session_redirect" value="${back}"><p><label for="username">${labels.email}</label><br><input id="username" name="session_key" type="text" autocomplete="username" value="${email}"></p><div id="error-for-username" class="${error === 'username' ? 'form__label--error' : 'hidden'}" role="alert">${error === 'username' ? labels.wrongUsername : null}</div><p><label for="password">${labels.password}</label><br><input id="password" name="session_password" type="password" autocomplete="current-password"></p><div id="error-for-password" class="${error === 'password' ? 'form__label--error' : 'hidden'}" role="alert">${error === 'password' ? labels.wrongPassword : null}</div><button type="submit" data-litms-control-urn="login-submit" aria-label="${labels.signIn}">${labels.signIn}</button></form></main>`;
  return guestPage(frame, { title: labels.loginTitle, body });
}

export function authwallPage(frame: Frame): Html {
  const { labels } = frame;
  const body = html`<main class="authwall"><h1>${labels.joinLinkedin}</h1><form data-test-id="join-form"></form><form data-test-id="sign-in-form"></form><a href="/login">${labels.alreadyMember}</a></main>`;
  return guestPage(frame, { title: labels.authwallTitle, body });
}

export function notFoundPage(frame: Frame): Html {
  const body = html`<main><h1>${frame.labels.notFound}</h1><a href="https://www.linkedin.com/feed/">LinkedIn</a></main>`;
  return guestPage(frame, { title: 'LinkedIn', body });
}

/** Any page a restricted account opens. */
export function restrictedPage(frame: Frame): Html {
  const { labels } = frame;
  const body = html`<header><a href="/checkpoint/lg/login">${labels.signIn}</a></header><main><h1>${labels.restrictedHeading}</h1><p>${labels.restrictedBody}</p><button>${labels.verifyIdentity}</button></main>`;
  return guestPage(frame, { title: labels.restrictedTitle, body });
}

const PAGE_KEYS: Record<Exclude<ChallengeKind, 'restricted' | 'human_check'>, string> = {
  captcha: 'd_checkpoint_ch_captchaV2Challenge',
  email_pin: 'd_checkpoint_ch_emailPinChallenge',
  phone_code: 'd_checkpoint_ch_twoStepVerification',
  app_approval: 'd_checkpoint_ch_linkedInAppChallengeActivityDevice',
};

/** A checkpoint. People solve it by hand: any six digits ending in 6 (in 9: expired), or the captcha's button. */
export function challengePage(
  frame: Frame,
  kind: keyof typeof PAGE_KEYS,
  refused: 'wrong' | 'expired' | null,
): Html {
  const { labels } = frame;
  const key = PAGE_KEYS[kind];
  const hidden = html`<input type="hidden" name="challengeId" value="SAMPLE">`;
  const wrong = html`<div role="alert" id="error-for-pin" class="${refused ? 'form__label--error' : 'hidden'}">${refused && labels[refused === 'wrong' ? 'wrongCode' : 'expiredCode']}</div>`;
  const submit = (id: string) => html`<button id="${id}" type="submit">${labels.submit}</button>`;
  const forms: Record<keyof typeof PAGE_KEYS, Html> = {
    captcha: html`<h1>${labels.captchaHeading}</h1><form id="captcha-challenge" action="/checkpoint/challenge/verify" method="post">${hidden}<div id="captcha-internal"><iframe title="Captcha Challenge" src="/__twin/blank"></iframe></div>${submit('home_children_button')}</form>`,
    email_pin: html`<h1>${labels.pinHeading}</h1><p>${labels.pinBody}</p><form id="email-pin-challenge" action="/checkpoint/challenge/verify" method="post">${hidden}<input id="input__email_verification_pin" name="pin" type="text">${wrong}${submit('email-pin-submit-button')}</form>`,
    phone_code: html`<h1>${labels.phoneHeading}</h1><form id="two-step-challenge" action="/checkpoint/challenge/verify" method="post">${hidden}<input id="input__phone_verification_pin" name="pin">${wrong}${submit('two-step-submit-button')}</form><div id="auth-app-div" hidden></div>`,
    app_approval: html`<h1>${labels.appHeading}</h1><p data-test-id="auth-app-approval">${labels.appBody}</p><form action="/checkpoint/challenge/verify" method="post">${hidden}</form>${POLL}`,
  };
  const body = html`<header><a href="/checkpoint/lg/login?trk=hb_signin">${labels.signIn}</a></header><main>${forms[kind]}</main><footer><a href="/legal/user-agreement?trk=${key}_ft_footer-user-agreement">User Agreement</a></footer>`;
  return guestPage(frame, { title: labels.securityTitle, pageKey: key, body });
}

// The approval happens on another device (the twin's control); the page asks until it did.
const POLL = new Html(`<script>
setInterval(function(){
  fetch('/checkpoint/challenge/status').then(function(r){return r.json()}).then(function(s){
    if(s.approved)location.assign('/feed/');
  });
},1000);
</script>`);
