// The quick report, in as few answers as it takes: three questions and how to reach who wants to be reached.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { openPage, startBrowser } from './browser.js';
import { form, readControls, walkRequired } from './form_walk.js';
import { keyboard, pointer } from './hands.js';
import { startPortal } from './portal.js';
import { nextButton, sendButton } from './report_form.js';

const TEST_LIMIT_MS = 60_000;
const NARROW = { width: 320, height: 640 };
// From the button "Melden" to the confirmation, with a phone number to be called at.
const MOST_SCREENS = 10;
const MOST_ACTIONS = 14;

const REQUIRED = {
  nl: ['Wat is er gebeurd?', 'Wanneer was het?', 'Hoe mogen wij contact met je opnemen?'],
  en: ['What happened?', 'When was it?', 'How may we contact you?'],
};
const REACHED = {
  nl: 'Op welk nummer mogen wij je bellen?',
  en: 'On which number may we call you?',
};

const portal = await startPortal();
const browser = await startBrowser();

after(async () => {
  await browser.close();
  await portal.stop();
});

for (const language of ['nl', 'en']) {
  for (const hands of [pointer, keyboard]) {
    const name = `three answers and a number send a report, in ${language}, by ${hands.name}, in at most ${MOST_SCREENS} screens and ${MOST_ACTIONS} actions`;
    test(name, { timeout: TEST_LIMIT_MS }, async (context) => {
      const page = await openPage(browser, { javaScriptEnabled: false, viewport: NARROW });
      await openForm(page, hands, language);
      const before = portal.cases();
      const { questions, actions, screens } = await walkRequired(page, hands);
      assert.deepEqual(questions, [...REQUIRED[language], REACHED[language]]);
      await hands.press(page, sendButton(page));
      assert.equal(portal.cases().length, before.length + 1);

      // The check page and the confirmation are screens too; opening the form and sending are actions.
      context.diagnostic(`${screens + 2} screens, ${actions + 2} actions`);
      assert.ok(screens + 2 <= MOST_SCREENS, `${screens + 2} screens`);
      assert.ok(actions + 2 <= MOST_ACTIONS, `${actions + 2} actions`);
      await page.context().close();
    });
  }
}

test('without contact, three answers are all', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser, { javaScriptEnabled: false });
  await openForm(page, pointer, 'nl');
  const contact = (shown) => form(shown).getByLabel('Neem geen contact met mij op').count();
  const first = await walkRequired(page, pointer, { until: contact });
  await pointer.tick(page, page.getByLabel('Neem geen contact met mij op'));
  await pointer.press(page, nextButton(page));
  const last = await walkRequired(page, pointer);
  assert.deepEqual([...first.questions, ...last.questions], REQUIRED.nl.slice(0, 2));
  await pointer.press(page, sendButton(page));
  assert.match(await page.locator('h1').innerText(), /binnen/);
  await page.context().close();
});

test('nothing is chosen beforehand', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser, { javaScriptEnabled: false });
  await openForm(page, pointer, 'nl');
  await walkRequired(page, pointer, {
    until: async (shown) => {
      const controls = await readControls(shown);
      assert.deepEqual(controls.filter(({ checked }) => checked), [], await shown.title());
      return false;
    },
  });
  await page.context().close();
});

async function openForm(page, hands, language) {
  await page.goto(language === 'nl' ? portal.home : portal.at('/en/'));
  const report = page.locator('header').getByRole('link', { name: /^(melden|report)$/i }).first();
  await hands.follow(page, report);
}
