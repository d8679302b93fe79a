// "Exit this page": covers the page, lets go of what is kept on the device, and leaves at once. Shift,
// pressed three times within five seconds and with no other key, does the same.

const PRESSES = 3;
const WITHIN_MS = 5000;
const DRAFTS = 'meldwijzer.draft.';

const bar = document.querySelector('[data-exit]');
const link = bar?.querySelector('[data-exit-link]');
const status = bar?.querySelector('[data-exit-status]');

function forgetDrafts() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(DRAFTS));
    keys.forEach((key) => localStorage.removeItem(key));
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}

function leave() {
  forgetDrafts();
  const cover = document.createElement('div');
  cover.className = 'exit-cover';
  cover.setAttribute('role', 'alert');
  cover.textContent = bar.dataset.leaving;
  document.body.append(cover);
  document.title = bar.dataset.leaving;
  // The page that is left is not the one that the Back button leads to.
  location.replace(link.href);
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
  link.addEventListener('click', (event) => {
    // With a key held down, somebody asks for another tab or window.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    leave();
  });
  listenForShift();
  for (const text of document.querySelectorAll('[data-exit-explain]')) text.hidden = false;
  // Somebody who comes back to a page that the browser kept as it was sees the page, not the cover.
  addEventListener('pageshow', () => document.querySelector('.exit-cover')?.remove());
}
