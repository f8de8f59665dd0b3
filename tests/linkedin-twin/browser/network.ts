import type { Labels } from '../labels/index.ts';
import { connectAtOnce } from './connect.ts';
import { pageView } from './page.ts';

const { labels } = pageView<{ labels: Labels }>();

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button[data-member]') : null;
  if (button) void connectAtOnce(button, labels);
});
