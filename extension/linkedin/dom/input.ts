import { collapse } from './find.ts';

/** A plain click. */
export function click(element: HTMLElement): void {
  element.click();
}

/**
 * A click that can open something but never navigates: LinkedIn's Connect is a link which leads away
 * while the page's script is not wired yet. Its own handlers run first; ours only cancels the default.
 */
export function clickWithoutLeaving(element: HTMLElement): void {
  const view = element.ownerDocument.defaultView;
  const stay = (event: Event) => event.preventDefault();
  view?.addEventListener('click', stay);
  try {
    element.click();
  } finally {
    view?.removeEventListener('click', stay);
  }
}

/** Sets a field's value the way frameworks notice: native setter, then input and change. */
export function setText(area: HTMLTextAreaElement | HTMLInputElement, text: string): void {
  const view = area.ownerDocument.defaultView;
  if (!view) return;
  area.focus();
  const kind = area.localName === 'input' ? view.HTMLInputElement : view.HTMLTextAreaElement;
  const setter = Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set;
  setter?.call(area, text);
  area.dispatchEvent(
    new view.InputEvent('input', { bubbles: true, composed: true, inputType: 'insertText' }),
  );
  area.dispatchEvent(new view.Event('change', { bubbles: true }));
}

/** Replaces the content of a rich-text box through the editing command, which fires real input events. */
export function setRichText(box: HTMLElement, text: string): void {
  const page = box.ownerDocument;
  box.focus();
  const selection = page.getSelection();
  const range = page.createRange();
  range.selectNodeContents(box);
  selection?.removeAllRanges();
  selection?.addRange(range);
  if (text === '') page.execCommand('delete');
  else page.execCommand('insertText', false, text);
}

/** The text of a rich-text box, comparable with `sameText`; an empty box holds one line break. */
export function richText(box: HTMLElement): string {
  // innerText, because textContent would run the paragraphs together.
  return box.innerText.replace(/\u00a0/gu, ' ').trim();
}

/** Whether two texts are the same up to white space, which editors change. */
export function sameText(left: string, right: string): boolean {
  return collapse(left.normalize('NFC')) === collapse(right.normalize('NFC'));
}

/** One Enter key press, for the composer mode in which Enter sends. */
export function pressEnter(box: HTMLElement): void {
  const view = box.ownerDocument.defaultView;
  if (!view) return;
  const init = { key: 'Enter', code: 'Enter', keyCode: 13, bubbles: true, cancelable: true, composed: true };
  box.dispatchEvent(new view.KeyboardEvent('keydown', init));
}
