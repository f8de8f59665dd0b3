/** Signs of the session's state, without labels; on its own so that the sentinel stays small. */
export const sessionSelectors = {
  /** Navigation of a logged-in page: new stack, old stack. */
  chrome: '[data-testid="primary-nav"], nav[componentkey="primaryNavLinksComponentRef"], header#global-nav',
  loginForm:
    'form[action*="login-submit"], input[name="session_key"], input[name="session_password"], [data-litms-control-urn="login-submit"], .authwall, [data-test-id="sign-in-form"], #rememberme-div',
  password: 'input[type="password"]',
  credentialError: '#error-for-password, #error-for-username',
  challengeForm:
    'form[action*="checkpoint/challenge"], form[action*="/checkpoint/"] input[name="challengeId"]',
  emailPin: '#email-pin-challenge, #input__email_verification_pin, #email-pin-submit-button',
  phonePin: '[id*="input__phone_verification_pin"], #two-step-submit-button, #two-step-challenge',
  appApproval: '[id*="linkedInAppChallengeActivityDevice"], [data-test-id="auth-app-approval"]',
  captcha: '#captcha-internal, #captcha-challenge',
  pinError:
    '#error-for-pin, [id^="error-for-"][id*="pin"], [id*="verification_pin"][aria-invalid="true"], .form__input--error[name="pin"], .body__banner--error, [id*="pin-error"]',
  humanCheck: 'iframe[src*="li.protechts.net"], iframe#humanThirdPartyIframe, #rehab-challenge',
  heading: 'main h1, main h2',
  pageKey: 'meta[name="pageKey"]',
  /** Data the server rendered into old-stack pages. */
  embedded: 'code[id^="datalet-bpr-guid-"]',
} as const;
