/**
 * The pages behind the address bar's suggestions, which no test sees and every new window started two processes for.
 * Opening eight tabs one after the other took 16 s of processor with them and takes 9 s.
 */
const unseenPages = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/** Chromium takes the last list of this switch only, so Playwright's own (1.65, chromiumSwitches.ts) is said again. */
const disabledFeatures = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
  ...unseenPages,
];

const disabling = (features: readonly string[]) => `--disable-features=${features.join(',')}`;

const always = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

/** What every Chromium of the tests is started with, besides what Playwright adds. */
export const chromiumArgs = [...always, disabling(disabledFeatures)];

/** For one that is started as a person does it, without Playwright: nothing of Playwright's is switched off. */
export const plainChromiumArgs = [...always, disabling(unseenPages)];
