// Says whether an answer is right as soon as it is chosen, and opens its explanation.

// With the arrow keys somebody passes by answers on the way to another; with a pointer nobody does.
const PASSING_MS = 700;

function tell(exercise, item, chosen) {
  const { right, wrong } = exercise.dataset;
  const isRight = chosen.hasAttribute('data-exercise-right');
  const verdict = item.querySelector('[data-exercise-verdict]');
  verdict.textContent = isRight ? right : wrong;
  verdict.dataset.verdict = isRight ? 'right' : 'wrong';
  item.querySelector('[data-exercise-answer]').open = true;
}

for (const exercise of document.querySelectorAll('[data-exercise]')) {
  for (const item of exercise.querySelectorAll('[data-exercise-item]')) {
    let timer;
    item.addEventListener('change', ({ target }) => {
      clearTimeout(timer);
      const pause = target.matches(':focus-visible') ? PASSING_MS : 0;
      timer = setTimeout(() => tell(exercise, item, target), pause);
    });
  }
}
