import { html } from '../render/html.ts';

/** Shows a toast in the Ember layer: the shadow root of the outlet, or the document itself. */
export function toast(root: ParentNode, type: 'success' | 'error', message: string): void {
  const box = root.querySelector('#artdeco-toasts .artdeco-toasts_toasts');
  if (!box) return;
  box.insertAdjacentHTML(
    'beforeend',
    html`<div class="artdeco-toast-item artdeco-toast-item--visible ember-view" data-test-artdeco-toast-item-type="${type}"><div class="artdeco-toast-item__content"><p class="artdeco-toast-item__message"><span>${message}</span></p></div></div>`
      .text,
  );
  const item = box.lastElementChild;
  setTimeout(() => item?.remove(), 8000);
}
