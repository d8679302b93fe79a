// The journey that the portal is for: from the home page by way of the norm to a report that is on
// disk. Walked with scripts and without, on a wide and a narrow screen, with and without a pointer.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { axeComplaints, axeComplaintsOfScriptless, htmlComplaints } from './audit.js';
import { collectDocuments, openPage, overflow, startBrowser, watch } from './browser.js';
import { keyboard, pointer } from './hands.js';
import { startPortal } from './portal.js';
import { PHONE, fillInRequired, sendButton } from './report_form.js';
import { tabWalk } from './tab_walk.js';

const TEST_LIMIT_MS = 120_000;
const NARROW = { width: 320, height: 640 };
// Crockford's base 32 has no I, L, O and U.
const CASE_NUMBER = /\b[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}\b/;

const WALKS = [
  { name: 'without scripts', hands: pointer, options: { javaScriptEnabled: false } },
  { name: 'with scripts', hands: pointer, options: {}, tabEverywhere: true },
  {
    name: 'without scripts at 320 by 640',
    hands: pointer,
    options: { javaScriptEnabled: false, viewport: NARROW },
  },
  { name: 'by keyboard only', hands: keyboard, options: {} },
  {
    name: 'by keyboard only, without scripts',
    hands: keyboard,
    options: { javaScriptEnabled: false },
  },
];

const portal = await startPortal();
const browser = await startBrowser();
// Every document that was seen, for the HTML validator.
const documents = new Map();

after(async () => {
  await browser.close();
  await portal.stop();
});

for (const walk of WALKS) {
  test(`a report, ${walk.name}`, { timeout: TEST_LIMIT_MS }, () => report(walk));
}

test('every document of the journey is valid HTML', { timeout: TEST_LIMIT_MS }, async () => {
  assert.ok(documents.size > 5, `only ${documents.size} documents were seen`);
  assert.deepEqual(await htmlComplaints(documents), []);
});

test('the log holds no answers and no case numbers', () => {
  assert.ok(!portal.log.includes(PHONE), portal.log);
  for (const caseId of portal.cases()) assert.ok(!portal.log.includes(caseId), portal.log);
});

async function report({ name, hands, options, tabEverywhere }) {
  const page = await openPage(browser, options);
  const auditor = options.javaScriptEnabled === false ? await openPage(browser) : undefined;
  const offences = watch(page, portal.origin);
  const collected = collectDocuments(page, documents, name);
  const casesBefore = portal.cases();

  const inspect = async () => {
    const complaints = auditor
      ? await axeComplaintsOfScriptless(page, auditor)
      : await axeComplaints(page);
    assert.deepEqual(complaints, [], `axe on "${await page.title()}" (${page.url()})`);
    assert.equal(await page.locator('h1').count(), 1, `h1 on ${page.url()}`);
    assert.ok((await overflow(page)) <= 0, `${page.url()} is wider than the window`);
    if (tabEverywhere) assert.deepEqual(await tabWalk(page), [], `Tab on "${await page.title()}"`);
  };

  await page.goto(portal.home);
  await inspect();

  const norm = page.locator('header').getByRole('link', { name: /norm/i }).or(
    page.locator('main').getByRole('link', { name: /onze norm/i }),
  );
  await hands.follow(page, await firstVisible(norm));
  assert.match(await page.locator('h1').innerText(), /norm/i);
  await inspect();

  await hands.follow(
    page,
    await firstVisible(page.locator('header').getByRole('link', { name: /^melden$/i })),
  );
  const answered = await fillInRequired(page, hands, inspect);

  // Shown once more before it is sent, and said not to be sent yet.
  const checked = await page.locator('main').innerText();
  assert.ok(checked.replaceAll(/[\s-]/g, '').includes(PHONE), `no phone number in: ${checked}`);
  assert.deepEqual(portal.cases(), casesBefore, 'stored before it was sent');

  await hands.press(page, sendButton(page));
  await inspect();
  const [caseNumber] = CASE_NUMBER.exec(await page.locator('main').innerText()) ?? [];
  assert.ok(caseNumber, `no case number on "${await page.title()}"`);
  assert.ok(!page.url().includes(caseNumber), 'the case number is in the address');

  const caseId = caseNumber.replace('-', '');
  assert.deepEqual(
    portal.cases().filter((id) => !casesBefore.includes(id)),
    [caseId],
  );
  const { event, fileMode, folderMode } = portal.firstEvent(caseId);
  assert.equal(fileMode, 0o600);
  assert.equal(folderMode, 0o700);
  assert.equal(event.format, 1);
  assert.equal(event.case, caseId);
  assert.equal(event.sequence, 1);
  const stored = JSON.stringify(event);
  assert.ok(!stored.replaceAll(/[ -]/g, '').includes(PHONE), `the phone number in ${stored}`);
  for (const kind of answered.kinds) assert.ok(!stored.includes(kind), `${kind}: ${stored}`);

  assert.deepEqual(offences, []);
  await collected();
  await page.context().close();
  await auditor?.context().close();
}

async function firstVisible(links) {
  for (const link of await links.all()) {
    if (await link.isVisible()) return link;
  }
  return assert.fail(`no visible link: ${links}`);
}
