// "Exit this page": covers the page, lets go of what is kept on the device and of what stands in the forms,
// and leaves at once. Shift, pressed three times within five seconds and with no other key, does the same.
// Whoever then presses Back comes to the home page, until somebody opens a form anew.

const PRESSES = 3;
const WITHIN_MS = 5000;
const OURS = 'meldwijzer.';
const LEFT = 'meldwijzer.left';

const bar = document.querySelector('[data-exit]');
const link = bar?.querySelector('[data-exit-link]');
const status = bar?.querySelector('[data-exit-status]');

/** Does something with what the browser keeps; a browser that keeps nothing has nothing to forget. */
function withKept(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function forgetKept() {
  for (const kept of [() => localStorage, () => sessionStorage]) {
    withKept(() => {
      const keys = Object.keys(kept()).filter((key) => key.startsWith(OURS));
      keys.forEach((key) => kept().removeItem(key));
    });
  }
  withKept(() => sessionStorage.setItem(LEFT, 'yes'));
}

/** Empties every field, and the HTML that a browser might show again. */
function forgetTyped() {
  for (const field of document.querySelectorAll('input, textarea, select')) {
    if (field.matches('select')) field.selectedIndex = -1;
    else if (field.matches('[type=radio], [type=checkbox]')) field.checked = field.defaultChecked = false;
    else field.value = field.defaultValue = '';
  }
}

function leave() {
  forgetKept();
  forgetTyped();
  const cover = document.createElement('div');
  cover.className = 'exit-cover';
  cover.setAttribute('role', 'alert');
  cover.textContent = bar.dataset.leaving;
  document.body.append(cover);
  document.title = bar.dataset.leaving;
  // The page that is left is not the one that the Back button leads to.
  location.replace(link.href);
}

/** Shows nothing of a page that was left; `again` is whether the browser shows it once more. */
function stayAway(again) {
  if (!withKept(() => sessionStorage.getItem(LEFT))) return;
  if (!again) return void withKept(() => sessionStorage.removeItem(LEFT));
  document.documentElement.hidden = true;
  location.replace(bar.dataset.home);
}

function listenForShift() {
  let presses = 0;
  let alone = false;
  let timer;
  const reset = (text) => {
    presses = 0;
    status.textContent = text;
    clearTimeout(timer);
  };
  document.addEventListener('keydown', (event) => {
    alone = event.key === 'Shift';
    if (!alone && presses > 0) reset('');
  });
  document.addEventListener('pointerdown', () => {
    alone = false;
  });
  document.addEventListener('keyup', (event) => {
    if (event.key !== 'Shift' || !alone) return;
    alone = false;
    presses += 1;
    if (presses === PRESSES) return leave();
    if (presses === 1) timer = setTimeout(() => reset(bar.dataset.expired), WITHIN_MS);
    status.textContent = presses === 1 ? bar.dataset.pressTwo : bar.dataset.pressOne;
  });
}

if (link && status) {
  const [opened] = performance.getEntriesByType('navigation');
  stayAway(opened?.type !== 'navigate');
  link.addEventListener('click', (event) => {
    // With a key held down, somebody asks for another tab or window.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    leave();
  });
  listenForShift();
  for (const text of document.querySelectorAll('[data-exit-explain]')) text.hidden = false;
  for (const text of document.querySelectorAll('[data-exit-scriptless]')) text.hidden = true;
  addEventListener('pageshow', (event) => {
    // A page that the browser kept as it was still has the cover.
    document.querySelector('.exit-cover')?.remove();
    if (event.persisted) stayAway(true);
  });
}
