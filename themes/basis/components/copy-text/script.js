// Adds a button that copies a text. Where the browser can, its HTML goes along for programs that take it.

async function copied(field, rich) {
  // Browsers offer the clipboard to pages over https only; an intranet may have none.
  if (navigator.clipboard && rich && window.ClipboardItem) {
    const as = (type, text) => [type, new Blob([text], { type })];
    const both = Object.fromEntries([as('text/plain', field.value), as('text/html', rich)]);
    return navigator.clipboard.write([new ClipboardItem(both)]).then(() => true, () => false);
  }
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(field.value).then(() => true, () => false);
  }
  field.select();
  return document.execCommand('copy');
}

for (const place of document.querySelectorAll('[data-copy]')) {
  const field = place.querySelector('textarea');
  const said = place.querySelector('[role="status"]');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button button-secondary copy-button';
  button.textContent = place.dataset.copy;
  // Which of the many on the page it is, for who does not see the text beside it.
  button.setAttribute('aria-describedby', field.labels[0].id);
  button.addEventListener('click', async () => {
    said.textContent = '';
    const done = await copied(field, place.dataset.rich);
    if (!done) field.select();
    said.textContent = done ? place.dataset.copied : place.dataset.failed;
  });
  said.before(button);
}
