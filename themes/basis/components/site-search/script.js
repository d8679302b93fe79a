// Takes what somebody searches for to the search page, behind the # of its address: browsers send no server what
// stands there.

for (const form of document.querySelectorAll('[data-site-search]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const query = form.querySelector('input').value.trim();
    location.assign(form.action + (query && `#q=${encodeURIComponent(query)}`));
  });
}
