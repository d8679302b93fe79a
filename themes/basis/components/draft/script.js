// Keeps what somebody types on this device, so that they can go on later. Nothing is kept before they say
// so; it goes after sending, after a week, on "Exit this page", and whenever they say so.
//
// What is kept is what the form would send, without the button and the files, and with the key that makes
// one report of everything that is sent with it: a draft that is sent twice counts once.

const PREFIX = 'meldwijzer.draft.';
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
// Often enough to lose no more than a few words.
const PAUSE_MS = 500;

const form = document.querySelector('form[data-draft]');
const panel = document.querySelector('[data-draft-panel]');
const offer = document.querySelector('[data-draft-offer]');
const name = PREFIX + form?.dataset.draft;

const part = (selector) => panel.querySelector(selector);
const valueOf = (pairs, wanted) => pairs.find(([known]) => known === wanted)?.[1];

function read(key) {
  try {
    const { saved, pairs } = JSON.parse(localStorage.getItem(key));
    const age = Date.now() - saved;
    const isText = (pair) => pair.length === 2 && pair.every((text) => typeof text === 'string');
    if (age >= 0 && age < KEPT_MS && pairs.every(isText)) return { pairs };
  } catch {
    // Nothing there, or nothing that we wrote.
  }
  return null;
}

function typed() {
  return [...new FormData(form)].filter(
    ([field, value]) => field !== 'go' && typeof value === 'string',
  );
}

/** Whether this very report is being kept; another tab may have erased it. */
function isKept() {
  const draft = read(name);
  return draft !== null && valueOf(draft.pairs, 'key') === form.elements.namedItem('key')?.value;
}

function save() {
  try {
    localStorage.setItem(name, JSON.stringify({ saved: Date.now(), pairs: typed() }));
    return true;
  } catch {
    return false;
  }
}

function show(text = '') {
  const kept = isKept();
  part('[data-draft-kept]').hidden = !kept;
  part('[data-draft-ask]').hidden = kept;
  part('[data-draft-status]').textContent = text;
}

function erase() {
  localStorage.removeItem(name);
  if (offer) offer.hidden = true;
  show(panel.dataset.erased);
  // The button that was pressed is gone; the text that says so takes the focus.
  part('[data-draft-status]').focus();
}

function keep() {
  if (!save()) return show(panel.dataset.failed);
  if (offer) offer.hidden = true;
  show();
  part('[data-draft-kept] button').focus();
}

/** Sends what was kept, with a button that shows the page on which it was typed. */
function resume() {
  const draft = read(name);
  if (!draft) return erase();
  const again = document.createElement('form');
  again.action = form.action;
  again.method = 'post';
  again.enctype = form.enctype;
  again.hidden = true;
  for (const [field, value] of [...draft.pairs, ['go', 'resume']]) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = field;
    input.value = value;
    again.append(input);
  }
  document.body.append(again);
  again.submit();
}

function keepUp() {
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => isKept() && save(), PAUSE_MS);
  };
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  form.addEventListener('submit', () => isKept() && save());
}

function forget() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && read(key) === null) localStorage.removeItem(key);
  }
  for (const mark of document.querySelectorAll('[data-draft-sent]')) {
    localStorage.removeItem(PREFIX + mark.dataset.draftSent);
  }
}

function start() {
  // Throws where the browser keeps nothing for a page; then nothing is offered.
  forget();
  if (!form || !panel) return;
  if (isKept()) save();
  else if (offer && read(name)) offer.hidden = false;
  for (const button of document.querySelectorAll('[data-draft-erase]')) {
    button.addEventListener('click', erase);
  }
  part('[data-draft-keep]').addEventListener('click', keep);
  offer?.querySelector('[data-draft-resume]').addEventListener('click', resume);
  keepUp();
  show();
  // The browser may show the page as it was before something was erased or sent.
  addEventListener('pageshow', (event) => event.persisted && show());
}

try {
  start();
} catch {
  // The form works without.
}
