// Fills in the report form the way a person does: by reading its questions, never by knowing its
// fields. Only what must be answered is answered.

import assert from 'node:assert/strict';

// The form has fewer pages than this, whatever is answered.
const MOST_PAGES = 20;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A phone number that is in nothing else, so that it can be looked for. */
export const PHONE = '0612009934';

/** An address that is in nothing else either. */
export const ADDRESS = 'melder.9934@voorbeeld.example';

/** Yesterday in the Netherlands: never in the future, never long ago. */
export function yesterday() {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Amsterdam' })
    .formatToParts(new Date(Date.now() - DAY_MS));
  const part = (type) => parts.find((found) => found.type === type).value;
  return { day: part('day'), month: part('month'), year: part('year') };
}

export const summary = (page) => page.locator('main [role=alert]');
export const nextButton = (page) =>
  page.locator('main').getByRole('button', { name: /^(volgende|next) /i });
/** On the page after a report was sent: leads to its second part. */
export const detailsButton = (page) =>
  page.locator('main').getByRole('button', { name: /^(vertel meer|tell more)$/i });
export const sendButton = (page) =>
  page.locator('main').getByRole('button', {
    name: /versturen$|^toevoegen aan mijn|afronden$|^send|^add to my|^finish/i,
  });

/**
 * Goes from the first page of the form to the page where answers are checked. `visit` is called on
 * every page before it is filled in. Returns what was answered: the values of the options and the
 * typed texts.
 */
export async function fillInRequired(page, hands, visit) {
  const answered = { kinds: [], date: yesterday(), phone: undefined };
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    await visit(page);
    if (await sendButton(page).count()) {
      assert.ok(answered.kinds.length > 0, 'the form did not ask what happened');
      assert.ok(answered.dated, 'the form did not ask when');
      assert.ok(answered.phone, 'the form did not ask how to reach me');
      return answered;
    }
    await answerPage(page, hands, answered);
    const before = await page.title();
    await hands.press(page, nextButton(page));
    const complaints = await summary(page).allInnerTexts();
    assert.deepEqual(complaints, [], `the answers on "${before}" were refused`);
  }
  return assert.fail(`no check page after ${MOST_PAGES} pages`);
}

/** Goes on, answering, until a question is on the page. */
export async function goToQuestion(page, hands, question) {
  const answered = { kinds: [], date: yesterday(), phone: undefined };
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const asked = await page.locator('main legend, main label').allInnerTexts();
    if (asked.some((text) => question.test(text))) return;
    await answerPage(page, hands, answered);
    await hands.press(page, nextButton(page));
  }
  assert.fail(`the form does not ask ${question}`);
}

async function answerPage(page, hands, answered) {
  for (const group of await page.locator('main fieldset').all()) {
    const legend = await group.locator('legend').first().innerText();
    if (isOptional(legend)) continue;
    if (/gevaar|gewond/i.test(legend)) {
      await tickLabelled(page, hands, group, /^nee/i);
    } else if (/wanneer/i.test(legend)) {
      await answerWhen(page, hands, group, answered);
    } else if (/bereiken|contact|bel/i.test(legend)) {
      await tickLabelled(page, hands, group, /bel|telefo/i);
      answered.called = true;
    } else if (/gebeurd|gedrag/i.test(legend)) {
      const first = group.locator('input[type=checkbox]').first();
      await hands.tick(page, first);
      answered.kinds.push(await first.getAttribute('value'));
    }
  }
  const phone = page.locator('main').getByLabel(/telefoon|nummer/i).and(page.locator('input[type=tel], input[type=text], input:not([type])'));
  if ((await phone.count()) && (await phone.first().isVisible())) {
    await hands.type(page, phone.first(), PHONE);
    answered.phone = PHONE;
  }
}

async function answerWhen(page, hands, group, answered) {
  const { day, month, year } = answered.date;
  await tickLabelled(page, hands, group, /andere dag/i);
  await hands.type(page, group.getByLabel(/^dag/i), day);
  await hands.type(page, group.getByLabel(/^maand/i), month);
  await hands.type(page, group.getByLabel(/^jaar/i), year);
  answered.dated = true;
}

async function tickLabelled(page, hands, group, label) {
  await hands.tick(page, group.getByLabel(label).first());
}

function isOptional(text) {
  return /niet verplicht/i.test(text);
}
