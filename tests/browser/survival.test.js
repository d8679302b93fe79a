// Answers survive whatever happens between two pages of a form: Back, a second tab, a double click, a program
// that starts again, a form that was changed meanwhile.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';

import { openPage, startBrowser } from './browser.js';
import { Choices, answerPage, form, goOn, typedOn, walkForm, walkRequired } from './form_walk.js';
import { pointer } from './hands.js';
import { copyOfPortal, startPortal } from './portal.js';
import { PHONE, nextButton, sendButton } from './report_form.js';

const TEST_LIMIT_MS = 60_000;

const root = copyOfPortal();
const portal = await startPortal({ root });
const browser = await startBrowser();

after(async () => {
  await browser.close();
  await portal.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Runs a test with the form open, in a browser without scripts. */
function walking(name, walk) {
  test(name, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(portal.at('/melden/'));
    await walk(page);
    await page.context().close();
  });
}

walking('the Back and Forward buttons of the browser', async (page) => {
  const pages = [];
  const choices = new Choices();
  for (let steps = 0; steps < 5; steps += 1) {
    await answerPage(page, pointer, choices);
    pages.push({ title: await page.title(), typed: await typedOn(page) });
    await goOn(page, pointer);
  }
  const last = await page.title();
  for (const { title, typed } of pages.toReversed()) {
    await page.goBack();
    assert.equal(await page.title(), title);
    assert.deepEqual(await typedOn(page), typed, `Back to "${title}"`);
  }
  for (const title of [...pages.slice(1).map((seen) => seen.title), last]) {
    await page.goForward();
    assert.equal(await page.title(), title);
  }
  await walkRequired(page, pointer);
  await sendsOne(page);
});

walking('"Vorige stap" and then forward again', async (page) => {
  const choices = new Choices();
  for (let steps = 0; steps < 3; steps += 1) {
    await answerPage(page, pointer, choices);
    await goOn(page, pointer);
  }
  await answerPage(page, pointer, choices);
  const typed = await typedOn(page);
  await pointer.press(page, backButton(page));
  await goOn(page, pointer);
  assert.deepEqual(await typedOn(page), typed);
});

walking('a page that is loaded again', async (page) => {
  const isDated = (shown) => form(shown).getByLabel('Dag', { exact: true }).count();
  await walkRequired(page, pointer, { until: isDated });
  await pointer.tick(page, page.getByLabel('Op een andere dag'));
  await page.getByLabel('Dag', { exact: true }).fill('31');
  await page.getByLabel('Maand', { exact: true }).fill('februari');
  await page.getByLabel('Jaar', { exact: true }).fill('2026');
  await pointer.press(page, nextButton(page));
  const [title, typed] = [await page.title(), await typedOn(page)];
  await page.reload();
  assert.deepEqual([await page.title(), await typedOn(page)], [title, typed]);
});

walking('a second tab with the same form', async (page) => {
  const other = await page.context().newPage();
  await other.goto(page.url());
  const before = portal.cases().length;
  const [mine, theirs] = [new Choices(), new Choices()];
  for (let steps = 0; steps < 3; steps += 1) {
    for (const [tab, choices] of [[page, mine], [other, theirs]]) {
      // A tab that nobody looks at hardly moves.
      await tab.bringToFront();
      await answerPage(tab, pointer, choices);
      await goOn(tab, pointer);
    }
  }
  for (const tab of [page, other]) {
    await tab.bringToFront();
    await walkRequired(tab, pointer);
    await pointer.press(tab, sendButton(tab));
  }
  assert.equal(portal.cases().length, before + 2);
});

walking('a double click on the button that sends', async (page) => {
  await walkRequired(page, pointer);
  const before = portal.cases().length;
  await sendButton(page).dblclick();
  await page.locator('.receipt').waitFor();
  assert.equal(portal.cases().length, before + 1);
});

walking('a program that starts again between two pages', async (page) => {
  await walkRequired(page, pointer, { until: (shown) => form(shown).getByLabel('Bel mij').count() });
  await answerPage(page, pointer, new Choices());
  await portal.restart();
  await walkRequired(page, pointer);
  const told = await page.locator('main').innerText();
  for (const words of ['Schelden, schreeuwen of beledigen', 'Bel mij', PHONE]) {
    assert.ok(told.includes(words), `${words} in ${told}`);
  }
  await portal.restart();
  await sendsOne(page);
});

// The last one: it changes the form.
walking('a form that was changed meanwhile', async (page) => {
  await walkForm(page, pointer, new Choices());
  const answers = await page.locator('main dl').innerText();
  addQuestion('Was het binnen of buiten?');
  await portal.restart();

  // It is not sent: first comes the question that nobody asked.
  const before = portal.cases();
  await pointer.press(page, sendButton(page));
  assert.deepEqual(portal.cases(), before);
  const main = page.locator('main');
  assert.match(await main.innerText(), /Het formulier is intussen veranderd\. Je antwoorden zijn bewaard\./);
  assert.ok(await form(page).getByText('Was het binnen of buiten?').first().isVisible(), await page.title());
  await page.getByLabel('Nergens', { exact: true }).check();
  await pointer.press(page, form(page).getByRole('button').first());

  const now = await page.locator('main dl').innerText();
  for (const line of answers.split('\n')) assert.ok(now.includes(line), `${line} is gone from ${now}`);
  assert.ok(now.includes('Nergens'));
  await sendsOne(page);
});

const backButton = (page) => page.locator('main').getByRole('button', { name: 'Vorige stap' });

async function sendsOne(page) {
  const before = portal.cases().length;
  await pointer.press(page, sendButton(page));
  assert.match(await page.locator('h1').innerText(), /binnen/);
  assert.equal(portal.cases().length, before + 1);
}

/** Adds a question that must be answered to the page about when it was, as an editor of the form does. */
function addQuestion(label) {
  const file = path.join(root, 'forms/incident.yaml');
  const before = readFileSync(file, 'utf8');
  const question = `
      - name: inside
        kind: choice
        label: { nl: "${label}", en: "Inside or outside?" }
        required: true
        privacy: P0
        options:
          - value: inside
            label: { nl: "Binnen", en: "Inside" }
          - value: nowhere
            label: { nl: "Nergens", en: "Nowhere" }
`;
  const changed = before
    .replace(/^version: (\d+)$/m, (_, version) => `version: ${Number(version) + 1}`)
    .replace(/(\n {2}- id: when\n[^]*? {4}fields:)/, `$1${question.trimEnd()}`);
  assert.notEqual(changed, before);
  writeFileSync(file, changed);
}
