import { defineConfig, type UserManifest } from 'wxt';

/** What every browser's build has; why each permission is needed stands in docs/permissions.md. */
const manifest: UserManifest = {
  name: '__MSG_name__',
  description: '__MSG_description__',
  default_locale: 'en',
  host_permissions: ['https://www.linkedin.com/*'],
  icons: { 16: 'icon/16.png', 32: 'icon/32.png', 48: 'icon/48.png', 128: 'icon/128.png' },
};

const permissions = ['storage', 'alarms', 'scripting', 'notifications'];

/** Chromium: 140 has every API used here, and is among the versions that still get security fixes. */
const chromium: UserManifest = {
  ...manifest,
  permissions: [...permissions, 'sidePanel'],
  minimum_chrome_version: '140',
};

/** Firefox: its sidebar needs no permission; the id is what updates and storage hang on. */
const firefox: UserManifest = {
  ...manifest,
  permissions,
  browser_specific_settings: {
    gecko: {
      id: 'extension@rapport.example',
      strict_min_version: '142.0',
      // What goes to the team's own server: contacts' data, what is written to them, what LinkedIn's pages show.
      data_collection_permissions: {
        required: ['personallyIdentifyingInfo', 'personalCommunications', 'websiteContent'],
      },
    },
  },
};

/** `npx wxt build [-b edge|firefox]` writes .output/<browser>-mv3. */
export default defineConfig({
  srcDir: 'extension',
  publicDir: 'extension/public',
  outDir: '.output',
  modules: ['@wxt-dev/module-react'],
  // Imports are written out, so that every file says what it uses.
  imports: false,
  manifestVersion: 3,
  manifest: ({ browser }) => (browser === 'firefox' ? firefox : chromium),
  vite: ({ browser }) => ({
    build: { target: browser === 'firefox' ? 'firefox142' : 'chrome140', sourcemap: false },
  }),
});
