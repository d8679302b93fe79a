// Follows what the editor writes: another style sheet is put in place, another page is loaded at the same spot.
//
// Without this script every page is complete, and shows what is new when it is loaded again.

const KEPT = 'meldwijzer-preview';
const OPEN = 'meldwijzer-preview-open';
const PAUSE_MS = 1000;

const theBar = () => document.querySelector('.mw-preview');

/** Storage may be switched off; then nothing is kept. */
function stored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Where nothing may be kept the page starts at its top.
  }
}

/** The way from the body to an element, by its id or by its place among its siblings. */
function wayTo(element) {
  if (!element || element === document.body) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const way = wayTo(element.parentElement) ?? 'body';
  return `${way} > :nth-child(${[...element.parentElement.children].indexOf(element) + 1})`;
}

const folds = () => [...document.querySelectorAll('details')].filter((fold) => !fold.closest('.mw-preview'));

/** Keeps where the reader is. A screen in the place of a page leaves what was kept of the page. */
function keep() {
  if (theBar().dataset.kind === 'instead') return;
  store(KEPT, {
    address: location.pathname,
    scrolled: window.scrollY,
    focus: wayTo(document.activeElement),
    open: folds().map((fold) => fold.open),
  });
}

function takeUp() {
  const kept = stored(KEPT);
  if (theBar().dataset.kind === 'instead') return;
  store(KEPT, null);
  if (kept?.address !== location.pathname) return;
  const all = folds();
  if (all.length === kept.open.length) all.forEach((fold, at) => { fold.open = kept.open[at]; });
  if (kept.focus) document.querySelector(kept.focus)?.focus({ preventScroll: true });
  // A browser that loads a page again puts it where the screen in its place was.
  history.scrollRestoration = 'manual';
  window.scrollTo({ top: kept.scrolled, behavior: 'instant' });
}

function prepareBar() {
  const bar = theBar();
  const fold = bar.querySelector('details');
  fold.open = stored(OPEN) ?? false;
  fold.addEventListener('toggle', () => store(OPEN, fold.open));
  for (const button of bar.querySelectorAll('[data-mw-copy]')) {
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.mwCopy);
      button.textContent = button.dataset.mwCopied;
    });
  }
}

/** Puts another bar in place; who was in it stays there. */
function replaceBar(other) {
  const bar = theBar();
  const stops = (one) => [...one.querySelectorAll('summary, a, button:not([hidden])')];
  const at = stops(bar).indexOf(document.activeElement);
  const scrolled = bar.querySelector('.mw-preview-panel').scrollTop;
  bar.replaceWith(document.adoptNode(other));
  prepareBar();
  const next = stops(theBar());
  if (at >= 0) next[Math.min(at, next.length - 1)]?.focus({ preventScroll: true });
  theBar().querySelector('.mw-preview-panel').scrollTop = scrolled;
}

const sheetsOf = (page) => [...page.querySelectorAll('link[rel="stylesheet"]:not([href^="/_preview/"])')];

/** Puts the style sheets of another version in place. Each old one stays until the new one is there. */
function replaceSheets(page) {
  const old = sheetsOf(document);
  const next = sheetsOf(page);
  const same = old.map((sheet) => sheet.getAttribute('href')).join() === next.map((sheet) => sheet.getAttribute('href')).join();
  if (same) return;
  let last = old.at(-1);
  const loaded = next.map((sheet) => {
    const link = document.adoptNode(sheet);
    if (last) last.after(link);
    else document.head.append(link);
    last = link;
    return new Promise((resolve) => {
      link.addEventListener('load', resolve);
      link.addEventListener('error', resolve);
    });
  });
  Promise.all(loaded).then(() => old.forEach((sheet) => sheet.remove()));
}

/** Shows what is at this address now. */
async function update() {
  const response = await fetch(location.href, { cache: 'no-store' });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const other = page.querySelector('.mw-preview');
  const { page: shown, kind } = theBar().dataset;
  if (!other || (other.dataset.page !== shown && kind !== 'sent')) {
    keep();
    location.reload();
    return new Promise(() => {});
  }
  replaceSheets(page);
  if (kind === 'sent') other.dataset.kind = kind;
  replaceBar(other);
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** Resolves when somebody can see the page: browsers open few connections to one address. */
function seen() {
  if (document.visibilityState === 'visible') return Promise.resolve();
  return new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
}

async function follow() {
  for (;;) {
    await seen();
    const unseen = new AbortController();
    const leave = () => { if (document.visibilityState !== 'visible') unseen.abort(); };
    document.addEventListener('visibilitychange', leave);
    try {
      const { version } = theBar().dataset;
      const answer = await fetch(`/_preview/wait?version=${version}`, { cache: 'no-store', signal: unseen.signal });
      if (answer.ok && (await answer.text()) !== version) await update();
    } catch {
      // The program may be starting again.
      if (!unseen.signal.aborted) await pause();
    } finally {
      document.removeEventListener('visibilitychange', leave);
    }
  }
}

prepareBar();
takeUp();
follow();
