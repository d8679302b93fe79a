// My report, as its reporter walks it: from the confirmation with its code to the withdrawal, without
// scripts, with a pointer and by keyboard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { axeComplaintsOfScriptless, htmlComplaints } from './audit.js';
import { collectDocuments, openPage, overflow, startBrowser, watch } from './browser.js';
import { keyboard, pointer } from './hands.js';
import { startPortal } from './portal.js';
import { fillInRequired, sendButton } from './report_form.js';
import { tabWalk } from './tab_walk.js';

const TEST_LIMIT_MS = 180_000;
const NARROW = { width: 320, height: 640 };
const CODE = /^(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/;
const MESSAGE = 'Hij belde vanmorgen weer. <Twee keer>';

const WALKS = [
  { name: 'with a pointer', hands: pointer, options: { javaScriptEnabled: false } },
  {
    name: 'by keyboard at 320 by 640',
    hands: keyboard,
    options: { javaScriptEnabled: false, viewport: NARROW },
  },
];

const portal = await startPortal();
const browser = await startBrowser();
const documents = new Map();

after(async () => {
  await browser.close();
  await portal.stop();
});

for (const walk of WALKS) {
  test(`a report that is followed, ${walk.name}`, { timeout: TEST_LIMIT_MS }, () => follow(walk));
}

test('a wrong code', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser, { javaScriptEnabled: false });
  const collected = collectDocuments(page, documents, 'a wrong code');
  await page.goto(new URL('melden/volgen/', portal.home).href);
  const field = page.getByLabel('Je code', { exact: true });
  await field.fill('7K3Q <X9M2>');
  await pointer.press(page, button(page, 'Bekijk mijn melding'));
  assert.equal(await field.inputValue(), '7K3Q <X9M2>');
  assert.match(await page.locator('main [role=alert]').innerText(), /geen melding openen/);
  assert.ok(!page.url().includes('7K3Q'), page.url());
  await collected();
  await page.context().close();
});

test('every document is valid HTML', { timeout: TEST_LIMIT_MS }, async () => {
  assert.ok(documents.size > 10, `only ${documents.size} documents were seen`);
  assert.deepEqual(await htmlComplaints(documents), []);
});

async function follow({ name, hands, options }) {
  const page = await openPage(browser, options);
  const auditor = await openPage(browser);
  const offences = watch(page, portal.origin);
  const collected = collectDocuments(page, documents, name);
  const inspect = async () => {
    const title = await page.title();
    assert.deepEqual(await axeComplaintsOfScriptless(page, auditor), [], `axe on "${title}"`);
    assert.equal(await page.locator('h1').count(), 1, `h1 on "${title}"`);
    assert.ok((await overflow(page)) <= 0, `"${title}" is wider than the window`);
  };
  const says = async (text) => assert.match(await page.locator('main').innerText(), text);

  // The confirmation: its code is there to write down, to print and to save.
  await page.goto(new URL('melden/', portal.home).href);
  await fillInRequired(page, hands, () => {});
  await hands.press(page, sendButton(page));
  await inspect();
  const code = await readCode(page);
  await printsTheCode(page);
  await savesTheCode(page, code);

  // Going back and sending again is the same report, with the same code.
  await page.goBack();
  await hands.press(page, sendButton(page));
  assert.equal(await readCode(page), code);
  assert.equal(portal.cases().length, 1 + WALKS.findIndex((walk) => walk.name === name));

  await hands.press(page, button(page, 'Ja, ik heb de code bewaard'));
  assert.ok(!(await page.content()).includes(code), 'the code on the page after it');
  await inspect();
  await isGoneBehind(page, code);

  // My report.
  await page.goto(new URL('melden/volgen/', portal.home).href);
  await inspect();
  await hands.type(page, page.getByLabel('Je code', { exact: true }), code.toLowerCase());
  await hands.press(page, button(page, 'Bekijk mijn melding'));
  assert.equal(await page.locator('h1').innerText(), 'Mijn melding');
  assert.ok(!page.url().includes(code), 'the code is in the address');
  await inspect();
  assert.deepEqual(await tabWalk(page), []);

  await hands.type(page, page.getByLabel('Stuur een bericht'), MESSAGE);
  const files = page.locator('#message-files');
  await files.setInputFiles([
    { name: 'balie.png', mimeType: 'image/png', buffer: await page.screenshot() },
    { name: 'programma.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\0\0') },
  ]);
  await hands.press(page, button(page, 'Bericht versturen'));
  await says(/Je bericht is verstuurd/);
  await says(/programma\.exe\s+Dit soort bestand nemen we niet aan/);
  await says(/Hij belde vanmorgen weer\. <Twee keer>/);
  await inspect();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Downloaden balie.png').click(),
  ]);
  assert.equal(saved.suggestedFilename(), 'balie.png');
  assert.deepEqual(readFileSync(await saved.path()).subarray(1, 4).toString(), 'PNG');

  await hands.toggle(page, page.locator('#keuze-maken summary'));
  await hands.tick(page, page.getByLabel('Alleen meetellen'));
  await hands.press(page, button(page, 'Keuze opslaan'));
  await says(/Je keuze nu:\s+Alleen meetellen/);
  await inspect();

  await hands.press(page, button(page, 'Ik wil intrekken'));
  assert.equal(await page.locator('h1').innerText(), 'Weet je het zeker?');
  await inspect();
  await hands.press(page, button(page, 'Ja, trek mijn melding in'));
  await says(/Je melding is ingetrokken/);
  await inspect();

  await hands.press(page, button(page, 'Klaar: sluit mijn melding'));
  await page.waitForURL(portal.home);
  await staysClosed(page, code);

  assert.ok(!portal.log.includes(code), portal.log);
  // Going back, and what a closed visit answers.
  const expected = /ERR_CACHE_MISS|status of 403/;
  assert.deepEqual(offences.filter((offence) => !expected.test(offence)), []);
  await collected();
  await page.context().close();
  await auditor.context().close();
}

const button = (page, name) => page.locator('main').getByRole('button', { name, exact: true });

async function readCode(page) {
  const code = await page.locator('.receipt .code').innerText();
  assert.match(code, CODE);
  return code;
}

async function printsTheCode(page) {
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.locator('.receipt .code').isVisible(), 'the code in print');
  assert.ok(await page.locator('.receipt-number').isVisible(), 'the number in print');
  assert.ok(!(await button(page, 'Opslaan als bestand').isVisible()), 'a button in print');
  const sheet = (await page.pdf({ format: 'A4' })).toString('latin1');
  const sheets = sheet.match(/\/Type\s*\/Page\b/g);
  assert.equal(sheets?.length, 1, 'sheets of the confirmation');
  await page.emulateMedia({ media: 'screen' });
}

async function savesTheCode(page, code) {
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    button(page, 'Opslaan als bestand').click(),
  ]);
  assert.equal(saved.suggestedFilename(), 'melding.txt');
  const text = readFileSync(await saved.path(), 'utf8');
  assert.ok(text.includes(code) && text.includes('/melden/volgen/'), text);
}

/** Goes back and lets the browser send the page before again, which must ask for the code. */
async function staysClosed(page, code) {
  await page.goBack().catch((error) => assert.match(String(error), /ERR_CACHE_MISS/));
  assert.ok(!(await contentAtRest(page)).includes(code), 'Back shows the code again');
  await page.reload();
  const content = await contentAtRest(page);
  assert.match(content, /Je had je melding gesloten\. Vul je code opnieuw in\./);
  assert.ok(!content.includes(code), 'the code after closing');
  assert.equal(await page.locator('h1').innerText(), 'Volg je melding');
}

/** Goes back to the page before this one, which must not be shown again. */
async function isGoneBehind(page, code) {
  const here = page.url();
  await page.goBack().catch((error) => assert.match(String(error), /ERR_CACHE_MISS/));
  assert.ok(!(await contentAtRest(page)).includes(code), 'Back shows the code again');
  await page.goto(here);
}

/** Returns what is shown once Chromium has put its own page there, which asks to send the form again. */
async function contentAtRest(page) {
  for (let tries = 0; tries < 50; tries += 1) {
    const content = await page.content().catch(() => undefined);
    if (content !== undefined) return content;
    await page.waitForTimeout(100);
  }
  return assert.fail('the page does not come to rest');
}
