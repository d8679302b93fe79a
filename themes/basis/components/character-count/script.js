// Counts the characters of a long text as the server does, and says how many are left or too many.

// Long enough not to talk through somebody who types.
const PAUSE_MS = 1000;

const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);

function sentence(texts, left) {
  const count = Math.abs(left);
  const kind = left < 0 ? 'over' : 'left';
  const text = texts[kind + (count === 1 ? 'One' : 'Other')];
  return text.replace('{count}', numbers.format(count));
}

for (const place of document.querySelectorAll('[data-count]')) {
  const input = document.getElementById(place.dataset.count);
  const [seen, heard] = place.children;
  const most = Number(place.dataset.most);
  let timer;
  const count = () => {
    const left = most - [...input.value.trim()].length;
    const text = sentence(place.dataset, left);
    seen.textContent = text;
    seen.classList.toggle('count-over', left < 0);
    clearTimeout(timer);
    timer = setTimeout(() => {
      heard.textContent = text;
    }, PAUSE_MS);
  };
  input?.addEventListener('input', count);
  // What was typed before counts too, but nobody needs to hear of an empty field.
  if (input?.value) count();
}
