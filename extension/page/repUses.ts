const modifiers = new Set(['Control', 'Shift', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'Tab', 'Escape']);

/**
 * Calls `used` once, when the rep clicks, types or pastes in this page or a frame of LinkedIn's in it. The browser vouches
 * for a person's input; what scripts do, ours included, it does not. Going elsewhere by the keyboard is no use of the page.
 * Returns what looks for frames that came later.
 */
export function watchRep(view: Window, used: () => void): () => void {
  const over = new AbortController();
  const watched = new WeakSet<Document>();
  const options = { capture: true, passive: true, signal: over.signal };

  function seen(event: Event): void {
    if (!event.isTrusted || over.signal.aborted || isShortcut(event)) return;
    over.abort();
    used();
  }

  function watch(page: Document): void {
    if (watched.has(page)) return;
    watched.add(page);
    for (const type of ['pointerdown', 'keydown', 'paste']) page.addEventListener(type, seen, options);
  }

  return () => {
    if (over.signal.aborted) return;
    watch(view.document);
    // A frame of another origin shows no document.
    for (const frame of view.document.querySelectorAll('iframe')) {
      if (frame.contentDocument) watch(frame.contentDocument);
    }
  };
}

function isShortcut(event: Event): boolean {
  if (!('key' in event)) return false;
  const { key, ctrlKey, metaKey, altKey } = event as KeyboardEvent;
  return ctrlKey || metaKey || altKey || modifiers.has(key);
}
