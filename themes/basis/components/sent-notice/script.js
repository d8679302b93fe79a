// Remembers in this tab which forms were sent, so that the pages that Back leads to can say so. Of the key
// only so much is kept that forms can be told apart: with a whole key a report could be sent once more.

const SENDING = 'meldwijzer.sending';
const SENT = 'meldwijzer.sent';
const ENOUGH = 8;

const notice = document.querySelector('[data-sent-notice]');
const form = document.querySelector('main form[novalidate]');
const mark = () => form?.elements.namedItem('key')?.value?.slice(0, ENOUGH);
const sent = () => (sessionStorage.getItem(SENT) ?? '').split(' ').filter(Boolean);

function isSent() {
  const sending = sessionStorage.getItem(SENDING);
  sessionStorage.removeItem(SENDING);
  if (sending) sessionStorage.setItem(SENT, [...new Set([...sent(), sending])].join(' '));
}

function start() {
  if (document.querySelector('[data-sent]')) isSent();
  if (!notice || !mark()) return;
  const tell = () => {
    notice.hidden = !sent().includes(mark());
  };
  form.addEventListener('submit', (event) => {
    if (event.submitter?.value === 'send') sessionStorage.setItem(SENDING, mark());
    else sessionStorage.removeItem(SENDING);
  });
  tell();
  addEventListener('pageshow', (event) => event.persisted && tell());
}

try {
  start();
} catch {
  // Where the browser keeps nothing for a tab, the page says what holds in both cases.
}
