// Every form that the portal offers, filled in by somebody who reads only labels and legends: by keyboard on
// a screen of 320 by 640 without scripts, in Dutch and in English, and with a pointer and scripts.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { axeComplaints, axeComplaintsOfScriptless, htmlComplaints } from './audit.js';
import { collectDocuments, openPage, overflow, startBrowser, watch } from './browser.js';
import { summaryLines } from './error_summary.js';
import { Choices, answerPage, readControls, typedOn, walkForm } from './form_walk.js';
import { keyboard, pointer } from './hands.js';
import { startPortal } from './portal.js';
import { offeredForms } from './portal_forms.js';
import { detailsButton, nextButton, sendButton } from './report_form.js';
import { tabWalk } from './tab_walk.js';

const TEST_LIMIT_MS = 180_000;
const NARROW = { width: 320, height: 640 };
const STEP = /^(?:Stap|Step) (\d+) (?:van|of) (\d+)(?:, (?:vervolg|continued))?: \S/;
// Conditions of the longest form need this many ways to answer before every question was asked.
const MOST_EXTRA_WALKS = 6;

/** The title of the form that is by far the longest, with its second part. */
export const REPORT = 'Meld agressie of geweld';

const FORMS = [
  'Deel je verhaal',
  'Geef je reactie',
  'Korte peiling: lukt melden?',
  'Laat je bellen',
  REPORT,
  'Oefenen met melden',
  'Terugkoppeling van een werkoverleg',
];

const WALKS = [
  ...['nl', 'en'].map((language) => ({
    name: `in ${language}, by keyboard at 320 by 640, without scripts`,
    language,
    hands: keyboard,
    options: { javaScriptEnabled: false, viewport: NARROW },
    leavesOpen: true,
  })),
  { name: 'with a pointer and scripts', language: 'nl', hands: pointer, options: {} },
];

const portal = await startPortal();
portal.addPerson('Anna de Vries', [
  'coordinator',
  'confidential_adviser',
  'senior_manager',
  'support_team_member',
]);
const browser = await startBrowser();
const forms = await offeredForms(portal, browser);
const documents = new Map();
// What axe has seen, in one language, width and mode: a page that comes back is the same.
const audited = new Set();

after(async () => {
  await browser.close();
  await portal.stop();
});

/** Makes the tests of the forms whose titles fit. */
export function testForms(which) {
  test('the portal offers these forms', () => {
    assert.deepEqual(forms.map(({ title }) => title), FORMS);
  });

  for (const form of forms.filter(({ title }) => which(title))) {
    const choices = new Choices();
    const met = new Set();

    for (const walk of WALKS) {
      test(`${form.title}, ${walk.name}`, { timeout: TEST_LIMIT_MS }, async () => {
        for (const question of await fillIn(form, walk, choices)) met.add(question);
      });
    }

    test(`${form.title}: every question of the print sheet can be met`, { timeout: TEST_LIMIT_MS }, async () => {
      const sheet = await sheetQuestions(form);
      const missing = () => sheet.filter((question) => ![...met].some((asked) => asked.startsWith(question)));
      for (let walks = 0; missing().length > 0 && walks < MOST_EXTRA_WALKS; walks += 1) {
        const page = await openPage(browser, { javaScriptEnabled: false });
        await page.goto(form.nl);
        for (const part of [0, 1]) {
          for (const question of await walkForm(page, pointer, choices)) met.add(question);
          await pointer.press(page, sendButton(page));
          if (part === 1 || (await detailsButton(page).count()) === 0) break;
          await pointer.press(page, detailsButton(page));
        }
        await page.context().close();
      }
      assert.deepEqual(missing(), []);
    });
  }

  test('every document of the forms is valid HTML', { timeout: TEST_LIMIT_MS }, async () => {
    assert.ok(documents.size > 40, `only ${documents.size} documents were seen`);
    assert.deepEqual(await htmlComplaints(documents), []);
  });

  test('the log holds nothing that was typed', () => {
    assert.doesNotMatch(portal.log, /0612009934|voorbeeld\.example|Antwoord <|Twee<|Ergens vorige/);
  });
}

async function fillIn(form, way, choices) {
  const { name, language, hands, options, leavesOpen } = way;
  const page = await openPage(browser, options);
  const offences = watch(page, portal.origin);
  const collected = collectDocuments(page, documents, `${form.title}, ${name}`);
  const journey = new Journey(page, way);
  const walk = {
    visit: () => journey.inspect(),
    leaveOpen: leavesOpen ? () => leaveOpen(page, hands, choices) : undefined,
  };
  const before = portal.stored();

  await page.goto(form[language]);
  const met = await walkForm(page, hands, choices, walk);
  assert.deepEqual(portal.stored(), before, 'stored before it was sent');
  await hands.press(page, sendButton(page));
  await journey.inspectEnd();

  // The second part of a report, at once.
  assert.equal(await detailsButton(page).count(), form.title === REPORT ? 1 : 0);
  if (form.title === REPORT) {
    journey.nextPart();
    await hands.press(page, detailsButton(page));
    for (const question of await walkForm(page, hands, choices, walk)) met.add(question);
    await hands.press(page, sendButton(page));
    await journey.inspectEnd();
  }

  assert.deepEqual(offences, []);
  await collected();
  await page.context().close();
  await journey.close();
  return met;
}

/** The pages of a form in the order in which one person sees them. */
class Journey {
  #page;
  #language;
  #mode;
  #scripts;
  #auditor;
  #titles = new Map();
  #step = 0;
  #steps;

  constructor(page, { name, language, options }) {
    this.#page = page;
    this.#language = language;
    this.#mode = name;
    this.#scripts = options.javaScriptEnabled !== false;
  }

  nextPart() {
    this.#step = 0;
    this.#steps = undefined;
  }

  /** A page of the form: also its place among the others. */
  async inspect() {
    const title = await this.inspectEnd();
    const [, step, steps] = STEP.exec(title) ?? assert.fail(`"${title}" does not name the step`);
    assert.ok(Number(step) >= this.#step, `"${title}" comes after step ${this.#step}`);
    this.#step = Number(step);
    this.#steps ??= steps;
    assert.equal(steps, this.#steps, `the number of steps changes on "${title}"`);
    assert.equal(this.#titles.get(title), undefined, `two pages are called "${title}"`);
    this.#titles.set(title, this.#page.url());
    if (this.#scripts) assert.deepEqual(await tabWalk(this.#page), [], `Tab on "${title}"`);
  }

  /** Any page. Returns its title. */
  async inspectEnd() {
    const page = this.#page;
    const title = await page.title();
    assert.equal(await page.locator('html').getAttribute('lang'), this.#language);
    assert.equal(await page.locator('h1').count(), 1, `h1 on "${title}"`);
    assert.ok((await overflow(page)) <= 0, `"${title}" is wider than the window`);
    await this.#audit(title);
    return title;
  }

  async #audit(title) {
    const page = this.#page;
    const key = `${this.#mode}: ${title}: ${(await page.locator('main legend, main label').allInnerTexts()).join()}`;
    if (audited.has(key)) return;
    audited.add(key);
    if (this.#scripts) {
      assert.deepEqual(await axeComplaints(page), [], `axe on "${title}"`);
    } else {
      this.#auditor ??= await openPage(browser);
      assert.deepEqual(await axeComplaintsOfScriptless(page, this.#auditor), [], `axe on "${title}"`);
    }
  }

  async close() {
    await this.#auditor?.context().close();
  }
}

/** Leaves open what must be answered, and checks what the page says about it. */
async function leaveOpen(page, hands, choices) {
  await answerPage(page, hands, choices, { onlyOptional: true });
  const typed = await typedOn(page);
  await hands.press(page, nextButton(page));
  const lines = await summaryLines(page);
  assert.deepEqual(await typedOn(page), typed, 'an answer was lost with an error');
  for (const line of lines) {
    await hands.toggle(page, line);
    const focused = await page.evaluate(() => document.activeElement.id);
    const asked = (await readControls(page)).map(({ id }) => id);
    assert.ok(asked.includes(focused), `"${await line.innerText()}" does not lead to an input`);
  }
}

/** What the form asks on paper, also below a condition. What came along with a link is not on it. */
async function sheetQuestions(form) {
  const page = await openPage(browser, { javaScriptEnabled: false });
  const found = await page.goto(`${form.nl}afdrukken/`);
  const labels = found.ok() ? await page.locator('.sheet-label strong').allInnerTexts() : [];
  await page.context().close();
  return [...new Set(labels.map((label) => label.trim()))];
}
