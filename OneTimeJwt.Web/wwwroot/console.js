// Starts the console's circuit, quietly: only warnings belong in the browser's console. Over one WebSocket without a
// request ahead of it, which another node might have answered; where a proxy stops WebSockets, over long polling. Blazor
// asks its own script element whether to start by itself, in an attribute that HTML doesn't have.
const warning = 3;
const webSockets = 1;
const longPolling = 4;
const isPolling = sessionStorage.getItem('console.polling') !== null;
const blazor = document.createElement('script');
blazor.src = '_framework/blazor.web.js';
blazor.setAttribute('autostart', 'false');
blazor.addEventListener('load', () => {
  Blazor.start({
    circuit: {
      logLevel: warning,
      configureSignalR: builder => watch(builder
        .withUrl('_blazor', isPolling ? { transport: longPolling } : { skipNegotiation: true, transport: webSockets })
        .configureLogging(warning)),
      reconnectionHandler: { onConnectionDown: comeBack, onConnectionUp: goOn }
    }
  });
  setTimeout(() => {
    if (isProxySuspected) comeBack();
  }, longestConnect);
});
blazor.addEventListener('error', () => {
  isProxySuspected = false;
  comeBack();
});

// While the connection is lost, a banner says so. A request finds out whether the server is there before a connection is
// tried: browsers slow down WebSockets that fail again and again, and these may hang. Where the circuit can't be
// continued, the page is loaded again. A proxy is suspected only where the server answers and nothing ever connected.
const main = document.getElementById('main');
const failure = document.getElementById('blazor-error-ui');
const banner = document.querySelector('#connection > *');
const longestRequest = 3_000;
const longestConnect = 10_000;
const mostReconnects = 3;
const isReloaded = performance.getEntriesByType('navigation')[0]?.type === 'reload';
let isProxySuspected = true;
let isLost = false;
let tryNow = () => {};

// Blazor tells its handler nothing of a first connection that fails, and not always of one that is lost early.
function watch(builder) {
  const build = builder.build.bind(builder);
  builder.build = () => {
    const connection = build();
    const start = connection.start.bind(connection);
    connection.start = () => start().then(() => { isProxySuspected = false; }, fault => {
      comeBack();
      throw fault;
    });
    connection.onclose(() => queueMicrotask(() => {
      if (!failure.style.display) comeBack();
    }));
    return connection;
  };
}

// One to two seconds: all open consoles lose their connection at the same moment.
const pause = () => new Promise(resolve => {
  tryNow = resolve;
  setTimeout(resolve, 1_000 + Math.random() * 1_000);
});

// 204 from the app, a redirect or a refusal where the session is over, anything else from a proxy whose app is away.
async function ask() {
  try {
    const signal = AbortSignal.timeout?.(longestRequest);
    const { type, status } = await fetch('admin/reachable', { cache: 'no-store', redirect: 'manual', signal });
    return { isThere: status === 204, isSignedOut: type === 'opaqueredirect' || status === 401 || status === 403 };
  } catch {
    return { isThere: false };
  }
}

async function comeBack() {
  if (isLost) return;
  isLost = true;
  // Blazor can't go on with a circuit whose page was never drawn.
  const canReconnect = isDrawn;
  for (let wasAway = false, failed = 0; isLost; await pause()) {
    sayLost(canReconnect || wasAway);
    const { isThere, isSignedOut } = await ask();
    // Blazor shows it whenever a connection fails.
    failure.style.display = '';
    if (isSignedOut) return loadAgain();
    if (!isThere) {
      wasAway = true;
      continue;
    }
    if (!canReconnect) return wasAway || !isProxySuspected && !isReloaded ? loadAgain() : giveUp();
    const isBack = await Promise.race([
      Blazor.reconnect().catch(() => null),
      new Promise(resolve => setTimeout(resolve, longestConnect, false))
    ]);
    if (isBack) return;
    failure.style.display = '';
    if (isBack === false || ++failed === mostReconnects) return loadAgain();
  }
}

function giveUp() {
  if (isProxySuspected && !isPolling) {
    sessionStorage.setItem('console.polling', '');
    return loadAgain();
  }
  sessionStorage.removeItem('console.polling');
  sayLost(false);
  document.getElementById('proxy-hint').hidden = !isProxySuspected;
  failure.style.display = 'block';
}

document.addEventListener('visibilitychange', () => tryNow());
addEventListener('online', () => tryNow());

// Meanwhile nothing can be pressed, and what is typed waits for the connection.
function sayLost(isSaid) {
  banner.hidden = !isSaid;
  for (const stop of main.querySelectorAll('a, button')) stop.ariaDisabled = isSaid ? 'true' : null;
}

const unsent = new Set();
for (const kind of ['click', 'submit', 'input', 'change']) {
  addEventListener(kind, event => {
    if (banner.hidden || !main.contains(event.target)) return;
    event.stopImmediatePropagation();
    if (kind === 'click' || kind === 'submit') event.preventDefault();
    else unsent.add(event.target);
  }, true);
}

function goOn() {
  isLost = false;
  sayLost(false);
  for (const field of unsent) tell(field);
  unsent.clear();
}

const tell = field => {
  for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
};

// What was typed, ticked and opened outlives the page, up to its last moment, and which act it was for; but no password,
// and nothing of an act that was sent: it may have been carried out.
let sent;
addEventListener('submit', ({ target }) => { sent = target; }, true);
addEventListener('input', ({ target }) => {
  if (target.form === sent) sent = undefined;
}, true);
function loadAgain() {
  addEventListener('pagehide', () => sessionStorage.setItem('console.typed', JSON.stringify({
    path: location.pathname,
    act: [...main.querySelectorAll('form[data-act]')].find(form => form !== sent)?.dataset.act,
    focused: document.activeElement?.id,
    fields: touched()
      .filter(({ type, form }) => type !== 'password' && !(form && form === sent))
      .map(({ id, value, checked, open }) => [id, { value, checked, open }])
  })));
  location.reload();
}

document.body.append(blazor);

// The circuit draws the page anew when it comes up: what was typed, ticked and opened until then is handed over to it,
// and the focus. Some of it may be older than this script, or than this page.
const heading = document.querySelector('h1');
const isTouched = field => field.id && field.type !== 'file' && (field.options
  ? field.selectedIndex !== Math.max(0, [...field.options].findIndex(option => option.defaultSelected))
  : field.value !== field.defaultValue || field.checked !== field.defaultChecked || field.open);
const touched = () => [...main.querySelectorAll('input, select, textarea, details')].filter(isTouched);
const older = JSON.parse(sessionStorage.getItem('console.typed'));
sessionStorage.removeItem('console.typed');
const kept = older?.path === location.pathname ? older : { fields: [] };
for (const [id, was] of kept.fields) {
  const field = document.getElementById(id);
  if (field && !isTouched(field)) Object.assign(field, was);
}
document.getElementById(kept.focused)?.focus();
const typed = new Map([...kept.fields, ...[...main.querySelectorAll('details'), ...touched()].map(field => [field.id, field])]);
let focused = document.activeElement?.id || kept.focused;
let act = kept.act;
let isDrawn = false;
const note = ({ target }) => typed.set(target.id, target);
const follow = ({ target }) => { focused = target.id; };
const handOver = new MutationObserver(() => {
  if (!heading || heading.isConnected) return;
  if (!isDrawn) {
    isDrawn = true;
    document.removeEventListener('input', note);
    document.removeEventListener('focusin', follow);
    // Parts of a page come later than its heading, and some not at all.
    setTimeout(() => handOver.disconnect(), 5_000);
  }
  const opener = document.getElementById(act);
  if (opener) {
    act = undefined;
    opener.click();
  }
  for (const [id, was] of typed) {
    const field = document.getElementById(id);
    if (!field) continue;
    typed.delete(id);
    if (field.type === 'checkbox') {
      if (field.checked !== was.checked) field.click();
    } else if (field.matches('details')) {
      field.open = was.open;
    } else {
      field.value = was.value;
      tell(field);
    }
  }
  const field = document.getElementById(focused);
  if (!field) return;
  focused = undefined;
  if (document.activeElement.matches('body, h1, [data-find]')) field.focus();
});
document.addEventListener('input', note);
document.addEventListener('focusin', follow);
handOver.observe(document.body, { childList: true, subtree: true });

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
