// Ways into the report form: the Meldknop on a page of somebody else, a link from a case system, practice,
// and paper.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { axeComplaints, axeComplaintsOfScriptless, htmlComplaints } from './audit.js';
import { collectDocuments, openPage, overflow, startBrowser, watch } from './browser.js';
import { Choices, form, readControls, walkForm, walkRequired } from './form_walk.js';
import { keyboard, pointer } from './hands.js';
import { startPortal } from './portal.js';
import { nextButton, sendButton } from './report_form.js';

const TEST_LIMIT_MS = 60_000;
const NARROW = { width: 320, height: 640 };
const INTRANET = 'https://intranet.voorbeeldstad.example/';
// Of both parts of the report, and of the first part: what most people need fits in an envelope.
const MOST_SHEETS = 11;
const MOST_SHEETS_OF_FIRST_PART = 4;
// Passes the eleven-test.
const CITIZEN_NUMBER = '111222333';

const portal = await startPortal();
const browser = await startBrowser();
const documents = new Map();

after(async () => {
  await browser.close();
  await portal.stop();
});

/** The snippet that the portal's own page tells to copy, with the address of this portal in it. */
async function meldknop() {
  const page = await openPage(browser, { javaScriptEnabled: false });
  await page.goto(portal.at('/meldknop/'));
  await page.waitForURL(/melden-en-registreren\/meldknop/);
  const snippets = await page.locator('main pre code').allInnerTexts();
  await page.context().close();
  const snippet = snippets.find((code) => code.includes('<svg'));
  assert.doesNotMatch(snippet, /<script|<link|@import|url\(|src=|\son\w+=/i);
  return snippet.replace('https://ADRES-VAN-DIT-PORTAAL', portal.origin);
}

for (const [name, { viewport, colorScheme }] of Object.entries({
  'on a wide screen': {},
  'at 320 by 640': { viewport: NARROW },
  'in dark colours': { colorScheme: 'dark' },
})) {
  test(`the Meldknop in a bare page of another origin, ${name}`, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, { ...(viewport && { viewport }), colorScheme });
    const offences = watch(page, portal.origin);
    const html = `<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Intranet</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Intranet</h1><p>Nieuws.</p><p>${await meldknop()}</p></main></body></html>`;
    documents.set(`Meldknop ${name}`, html);
    await page.route(INTRANET, (route) =>
      route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
    );
    await page.goto(INTRANET);
    assert.deepEqual(await axeComplaints(page), []);
    assert.ok((await overflow(page)) <= 0);
    const button = page.getByRole('link', { name: 'Agressie melden' });
    const { width, height } = await button.boundingBox();
    assert.ok(width >= 44 && height >= 44, `${width} by ${height}`);
    await keyboard.follow(page, button);
    assert.equal(await page.locator('h1').innerText(), 'Meld agressie of geweld');
    assert.ok(page.url().startsWith(portal.origin));
    await walkRequired(page, pointer);
    await pointer.press(page, sendButton(page));
    assert.match(await page.locator('h1').innerText(), /binnen/);
    assert.deepEqual(offences.filter((offence) => !offence.includes(INTRANET)), []);
    await page.context().close();
  });
}

test('a link from a case system shows what came along, and lets it be taken out', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser, { javaScriptEnabled: false, viewport: NARROW });
  const collected = collectDocuments(page, documents, 'a link from a case system');
  const auditor = await openPage(browser);
  await page.goto(portal.at('/melden/?bron=Zaaksysteem&ref=Z-2026-0481&kanaal=phone'));
  const isLinked = (shown) => form(shown).getByLabel(/zaaknummer/i).count();
  await walkRequired(page, keyboard, { until: isLinked });
  const system = page.getByLabel('Uit welk systeem kom je?');
  const reference = page.getByLabel('Welk zaaknummer hoort erbij?');
  assert.deepEqual([await system.inputValue(), await reference.inputValue()], ['Zaaksysteem', 'Z-2026-0481']);
  assert.ok(await page.getByLabel('Aan de telefoon').isChecked());
  assert.deepEqual(await axeComplaintsOfScriptless(page, auditor), []);

  // The system is nobody's business.
  await keyboard.type(page, system, ' ');
  await keyboard.press(page, nextButton(page));
  await walkRequired(page, keyboard);
  const checked = await page.locator('main dl').innerText();
  assert.ok(checked.includes('Z-2026-0481') && checked.includes('Aan de telefoon'), checked);
  assert.ok(!checked.includes('Zaaksysteem'), checked);
  const before = portal.cases();
  await keyboard.press(page, sendButton(page));

  const { answers } = portal.openCase(portal.cases().find((id) => !before.includes(id)));
  assert.deepEqual([answers.case_ref, answers.channel, answers.source_system], ['Z-2026-0481', 'phone', undefined]);
  assert.doesNotMatch(portal.log, /Z-2026-0481|Zaaksysteem/);
  await collected();
  await page.context().close();
  await auditor.context().close();
});

for (const [what, ref, words] of [
  ['a citizen service number', CITIZEN_NUMBER, /burgerservicenummer lijkt\. Dat hebben wij niet overgenomen/],
  ['one with dots', '1112.22.333', /burgerservicenummer lijkt/],
  ['an email address', 'jan@burger.example', /e-mailadres mee\. Dat hebben wij niet overgenomen/],
  ['far too much', 'x'.repeat(61), /iets mee dat hier niet past/],
]) {
  test(`a link with ${what} is refused in words`, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, { javaScriptEnabled: false });
    const collected = collectDocuments(page, documents, `a link with ${what}`);
    await page.goto(portal.at(`/melden/?bron=Zaaksysteem&ref=${encodeURIComponent(ref)}`));
    assert.match(await page.locator('main').innerText(), words);
    assert.ok(!(await page.content()).includes(ref));
    await walkRequired(page, pointer, {
      until: async (shown) => {
        assert.ok(!(await shown.content()).includes(ref), await shown.title());
        return false;
      },
    });
    const before = portal.cases();
    await pointer.press(page, sendButton(page));
    const { answers } = portal.openCase(portal.cases().find((id) => !before.includes(id)));
    assert.equal(answers.source_system, 'Zaaksysteem');
    assert.ok(!JSON.stringify(answers).includes(ref));
    assert.ok(!portal.log.includes(ref), portal.log);
    await collected();
    await page.context().close();
  });
}

test('a citizen service number that is typed is refused at its question', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser, { javaScriptEnabled: false });
  await page.goto(portal.at('/melden/?ref=Z-1'));
  await walkRequired(page, pointer, { until: (shown) => form(shown).getByLabel(/zaaknummer/i).count() });
  const reference = page.getByLabel('Welk zaaknummer hoort erbij?');
  await reference.fill('111 222 333');
  await pointer.press(page, nextButton(page));
  assert.match(await page.locator('main [role=alert]').innerText(), /burgerservicenummer/);
  assert.equal(await reference.inputValue(), '111 222 333');
  await page.context().close();
});

test('a link that the program makes opens the form with what it was given', { timeout: TEST_LIMIT_MS }, async () => {
  const words = ['--bron', 'Zaak & Co', '--ref', 'Z 1/2', '--kanaal', 'desk'];
  const [link] = /http\S+/.exec(portal.program('link', ...words));
  const page = await openPage(browser, { javaScriptEnabled: false });
  await page.goto(portal.at(link));
  await walkRequired(page, pointer, { until: (shown) => form(shown).getByLabel(/zaaknummer/i).count() });
  const typed = (await readControls(page)).filter(({ type }) => type === 'text').map(({ value }) => value);
  assert.deepEqual(typed.slice(0, 2), ['Zaak & Co', 'Z 1/2']);
  await page.context().close();
});

test('practice says so on every page and keeps nothing', { timeout: TEST_LIMIT_MS }, async () => {
  for (const [address, words] of [['/oefenen/', /Dit is een oefening\./], ['/en/oefenen/', /This is practice\./]]) {
    const page = await openPage(browser);
    const before = portal.contents();
    let pages = 0;
    const visit = async () => {
      pages += 1;
      const banner = page.getByText(words).first();
      assert.ok(await banner.isVisible(), await page.title());
    };
    await page.goto(portal.at(address));
    await walkForm(page, pointer, new Choices(), { visit });
    await pointer.press(page, sendButton(page));
    await visit();
    assert.deepEqual(await axeComplaints(page), []);
    assert.ok(pages > 8, `${pages} pages`);
    assert.equal(await page.locator('main').getByText(/[0-9A-Z]{4}(-[0-9A-Z]{4}){4}/).count(), 0, 'a code');
    assert.deepEqual(portal.contents(), before);
    // Back and sent once more: still nothing.
    await page.goBack();
    await pointer.press(page, sendButton(page));
    assert.deepEqual(portal.contents(), before);
    await page.context().close();
  }
});

for (const [language, address, question] of [
  ['nl', '/melden/afdrukken/', 'Wanneer was het?'],
  ['en', '/en/melden/afdrukken/', 'When was it?'],
]) {
  test(`the form on paper, in ${language}`, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, { viewport: NARROW });
    const collected = collectDocuments(page, documents, `the print sheet in ${language}`);
    await page.goto(portal.at(address));
    assert.deepEqual(await axeComplaints(page), []);
    assert.ok((await overflow(page)) <= 0);
    await page.emulateMedia({ media: 'print' });
    for (const part of ['nav', '.screen-only', 'button']) {
      assert.equal(await page.locator(`${part}:visible`).count(), 0, `${part} in print`);
    }
    const labels = page.locator('.sheet-label');
    assert.ok((await labels.count()) > 30, `${await labels.count()} questions`);
    for (const label of await labels.all()) assert.ok(await label.isVisible(), await label.innerText());
    assert.ok(await page.locator('main').getByText(question).first().isVisible());
    const sheets = async () => {
      const sheet = await page.pdf({ format: 'A4' });
      return sheet.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
    };
    const both = await sheets();
    assert.ok(both <= MOST_SHEETS, `${both} sheets of A4`);
    await page.locator('.sheet-part + .sheet-part').evaluate((part) => part.remove());
    const first = await sheets();
    assert.ok(first <= MOST_SHEETS_OF_FIRST_PART, `${first} sheets of A4 for the first part`);
    await collected();
    await page.context().close();
  });
}

test('every document is valid HTML', { timeout: TEST_LIMIT_MS }, async () => {
  assert.ok(documents.size > 20, `only ${documents.size} documents were seen`);
  assert.deepEqual(await htmlComplaints(documents), []);
});
