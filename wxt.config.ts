import { defineConfig } from 'wxt';

/** How the extension is built: `npx wxt build` writes .output/chrome-mv3. */
export default defineConfig({
  srcDir: 'extension',
  publicDir: 'extension/public',
  outDir: '.output',
  modules: ['@wxt-dev/module-react'],
  // Imports are written out, so that every file says what it uses.
  imports: false,
  manifestVersion: 3,
  manifest: {
    name: 'Rapport',
    description: 'LinkedIn and email outreach in your own browser, at your pace, never twice.',
    // 140: every API used here, and the Chromium versions that still get security fixes.
    minimum_chrome_version: '140',
    permissions: ['storage', 'alarms', 'scripting', 'sidePanel', 'notifications'],
    host_permissions: ['https://www.linkedin.com/*'],
    action: { default_title: 'Rapport' },
    icons: { 16: 'icon/16.png', 32: 'icon/32.png', 48: 'icon/48.png', 128: 'icon/128.png' },
  },
  vite: () => ({ build: { target: 'chrome140', sourcemap: false } }),
});
