// Remembers on this device which steps of a path are ticked, once the reader asks for it and not before. What
// is kept is the version of the path and the names of the ticked steps. It goes with "Forget this", with
// "Exit this page", and when the path has another version.

const PREFIX = 'meldwijzer.path.';

const path = document.querySelector('[data-path]');
const boxes = path ? [...path.querySelectorAll('[data-path-step]')] : [];
const name = PREFIX + path?.dataset.path;

const part = (selector) => path.querySelector(selector);
const panel = path ? part('[data-path-progress]') : null;

/** What is kept of this path, of whatever version. */
function read() {
  try {
    const { version, done } = JSON.parse(localStorage.getItem(name));
    if (typeof version === 'string' && Array.isArray(done)) return { version, done };
  } catch {
    // Nothing there, or nothing that we wrote.
  }
  return null;
}

function save() {
  const done = boxes.filter((box) => box.checked).map((box) => box.value);
  try {
    localStorage.setItem(name, JSON.stringify({ version: path.dataset.version, done }));
    return true;
  } catch {
    return false;
  }
}

function show(text = '') {
  const kept = read() !== null;
  showNext();
  part('[data-path-kept]').hidden = !kept;
  part('[data-path-ask]').hidden = kept;
  part('[data-path-status]').textContent = text;
}

/** Leads to the first step that is not ticked. */
function showNext() {
  const next = boxes.find((box) => !box.checked);
  const link = part('[data-path-continue]');
  link.hidden = !next;
  if (next) link.href = next.closest('.path-step').querySelector('h3 a').href;
}

function keep() {
  if (!save()) return show(panel.dataset.failed);
  show();
  part('[data-path-forget]').focus();
}

function forget() {
  localStorage.removeItem(name);
  show(panel.dataset.forgotten);
  // The button that was pressed is gone; the text that says so takes the focus.
  part('[data-path-status]').focus();
}

/** Ticks what was ticked; of another version nothing is known to be the same. */
function recall() {
  const kept = read();
  if (!kept) return show();
  if (kept.version !== path.dataset.version) {
    localStorage.removeItem(name);
    return show(panel.dataset.changed);
  }
  for (const box of boxes) box.checked = kept.done.includes(box.value);
  show();
}

function start() {
  // Throws where the browser keeps nothing for a page; then nothing is offered.
  localStorage.getItem(name);
  for (const box of boxes) box.addEventListener('change', () => {
    if (read()) save();
    showNext();
  });
  part('[data-path-keep]').addEventListener('click', keep);
  part('[data-path-forget]').addEventListener('click', forget);
  recall();
  // The browser may show the page as it was before something was ticked or forgotten in another tab.
  addEventListener('pageshow', (event) => event.persisted && recall());
}

try {
  if (path) start();
} catch {
  // The path works without.
}
