// Starts the console's circuit, quietly: only warnings belong in the browser's console. Over one WebSocket without a
// request ahead of it, which another node might have answered. Blazor asks its own script element whether to start by
// itself, in an attribute that HTML doesn't have.
const warning = 3;
const webSockets = 1;
const blazor = document.createElement('script');
blazor.src = '_framework/blazor.web.js';
blazor.setAttribute('autostart', 'false');
blazor.addEventListener('load', () => Blazor.start({
  circuit: {
    logLevel: warning,
    configureSignalR: builder => builder.withUrl('_blazor', { skipNegotiation: true, transport: webSockets }).configureLogging(warning)
  }
}));
blazor.addEventListener('error', () => { document.getElementById('blazor-error-ui').style.display = 'block'; });
document.body.append(blazor);

// The circuit draws the page anew when it comes up: what was typed and ticked until then is handed over to it, and the
// focus. Some of it may be older than this script.
const heading = document.querySelector('h1');
const isTouched = field => field.options
  ? field.selectedIndex !== Math.max(0, [...field.options].findIndex(option => option.defaultSelected))
  : field.value !== field.defaultValue || field.checked !== field.defaultChecked;
const typed = new Map([...document.querySelectorAll('input, select, textarea')].filter(isTouched).map(field => [field.id, field]));
let focused = document.activeElement?.id;
const note = ({ target }) => typed.set(target.id, target);
const handOver = new MutationObserver(() => {
  if (!heading || heading.isConnected) return;
  handOver.disconnect();
  document.removeEventListener('input', note);
  for (const [id, was] of typed) {
    const field = document.getElementById(id);
    if (!field || field.type === 'file') continue;
    if (field.type === 'checkbox') {
      if (field.checked !== was.checked) field.click();
      continue;
    }
    field.value = was.value;
    for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  document.getElementById(focused)?.focus();
});
document.addEventListener('input', note);
document.addEventListener('focusin', ({ target }) => { focused = target.id; });
handOver.observe(document.body, { childList: true, subtree: true });

// Blazor leads to the heading of each page that it draws, but not out of a field that somebody is in by then, unless it is pressed.
document.addEventListener('focusin', ({ target, relatedTarget }) => {
  if (target.matches('h1:not(:active)') && relatedTarget?.matches('input, textarea, select')) relatedTarget.focus();
});

// The keyboard: "/" to the search, arrows through what it found.
document.addEventListener('keydown', event => {
  const search = document.querySelector('[data-find]');
  if (!search || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/' && !event.target.matches('input, textarea, select')) {
    event.preventDefault();
    search.focus();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const stops = [search, ...document.querySelectorAll('[data-hit]')];
  const at = stops.indexOf(document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
});

// Its pages change without the frame around them: the list of languages leads to the one that is shown.
document.querySelector('.languages').addEventListener('click', ({ target }) => {
  if (!target.hreflang) return;
  const here = new URL(location.href);
  here.searchParams.set('language', target.hreflang);
  target.href = here.href;
});

// Search and filters stand in the address, so that it can be kept and passed on.
window.keepSearch = address => {
  if (location.pathname === new URL('admin', document.baseURI).pathname) history.replaceState(history.state, '', address);
};
