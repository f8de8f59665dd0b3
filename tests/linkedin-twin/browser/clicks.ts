/** Tells the twin of every click and every Enter before anything reacts to it (`watchClicks`). */

const CONTROL = 'a, button, input, textarea, label, [role=button], [role=menuitem], [contenteditable=true]';

function tell(event: Event): void {
  const [at] = event.composedPath().filter((each) => each instanceof Element);
  const control = at?.closest(CONTROL) ?? at;
  if (!control) return;
  const name = control.getAttribute('aria-label') ?? control.textContent ?? '';
  // Synchronous, so that it is known before what it leads to.
  const request = new XMLHttpRequest();
  request.open('POST', '/__twin/click', false);
  request.setRequestHeader('content-type', 'application/json');
  request.send(
    JSON.stringify({
      how: event.type === 'click' ? 'click' : 'enter',
      control: control.getAttribute('role') ?? control.localName,
      name: name.replace(/\s+/gu, ' ').trim().slice(0, 120),
      href: control.getAttribute('href'),
      page: location.pathname,
    }),
  );
}

addEventListener('click', tell, true);
addEventListener('keydown', (event) => event.key === 'Enter' && tell(event), true);
