// Says whether an answer is right as soon as it is chosen, and opens its explanation.

function forget(item) {
  const verdict = item.querySelector('[data-exercise-verdict]');
  verdict.textContent = '';
  delete verdict.dataset.verdict;
}

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
    // With the arrow keys somebody passes by answers on the way to another, so an answer counts once they
    // leave the question or press Enter; with a pointer it counts at once.
    let passing;
    const settle = () => {
      if (passing) tell(exercise, item, passing);
      passing = undefined;
    };
    item.addEventListener('change', ({ target }) => {
      forget(item);
      passing = target;
      if (!target.matches(':focus-visible')) settle();
    });
    const options = item.querySelector('fieldset');
    options.addEventListener('focusout', ({ relatedTarget }) => {
      if (!options.contains(relatedTarget)) settle();
    });
    options.addEventListener('keyup', ({ key }) => {
      if (key === 'Enter' || key === ' ') settle();
    });
  }
}
