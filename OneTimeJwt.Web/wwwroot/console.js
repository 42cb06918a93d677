// Starts the console's circuit, quietly: only warnings belong in the browser's console. Over one WebSocket without a
// request ahead of it, which another node might have answered. Blazor asks its own script element whether to start by
// itself, in an attribute that HTML doesn't have.
const warning = 3;
const webSockets = 1;
const blazor = document.createElement('script');
blazor.src = '/_framework/blazor.web.js';
blazor.setAttribute('autostart', 'false');
blazor.addEventListener('load', () => Blazor.start({
  circuit: {
    logLevel: warning,
    configureSignalR: builder => builder.withUrl('_blazor', { skipNegotiation: true, transport: webSockets }).configureLogging(warning)
  }
}));
document.body.append(blazor);

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
  if (location.pathname === '/admin') history.replaceState(history.state, '', address);
};
