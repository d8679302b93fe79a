// What must hold for every page of the portal.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { axeComplaints, htmlComplaints } from './audit.js';
import { openPage, overflow, startBrowser, watch } from './browser.js';
import { startPortal } from './portal.js';
import { tabWalk } from './tab_walk.js';

const TEST_LIMIT_MS = 120_000;
// The pages that the portal ships with; fewer means that the sitemap lost some.
const FEWEST_PAGES = 16;
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 320, height: 640 };

const portal = await startPortal();
const browser = await startBrowser();
const addresses = await everyAddress();
const titles = new Map();
const documents = new Map();
let page;
let offences;

before(async () => {
  page = await openPage(browser);
  offences = watch(page, portal.origin);
});

after(async () => {
  await browser.close();
  assert.equal(await portal.stop(), 0, 'exit code after SIGTERM');
});

test('the sitemap has every page', () => {
  assert.ok(addresses.length >= FEWEST_PAGES, addresses.join('\n'));
});

for (const address of addresses) {
  test(new URL(address).pathname, { timeout: TEST_LIMIT_MS }, async () => {
    offences.length = 0;
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
    const response = await page.goto(address);
    assert.equal(response.status(), 200);
    documents.set(address, await response.text());

    // All faults of a page at once: one run says everything that is to be done.
    const faults = [];
    const keep = (where, complaints) => faults.push(...complaints.map((text) => `${where}: ${text}`));

    keep('page', await frameComplaints(address));
    keep('axe in light colours', await axeComplaints(page));
    keep('Tab', await tabWalk(page));

    await page.emulateMedia({ colorScheme: 'dark' });
    keep('axe in dark colours', await axeComplaints(page));

    await page.emulateMedia({ colorScheme: 'light', forcedColors: 'active' });
    assert.ok(await page.locator('h1').first().isVisible(), 'the heading in forced colours');
    keep('focus without outline in forced colours', await focusWithoutOutline());
    await page.emulateMedia({ forcedColors: 'none' });

    await page.setViewportSize(NARROW);
    await page.reload();
    const tooWide = await overflow(page);
    if (tooWide > 0) keep('320 px', [`${tooWide} px wider than the window`]);
    keep('axe at 320 px', await axeComplaints(page));

    keep('browser', offences);
    assert.equal([...new Set(faults)].join('\n'), '');
  });
}

test('every page is valid HTML', { timeout: TEST_LIMIT_MS }, async () => {
  assert.equal(documents.size, addresses.length);
  assert.deepEqual(await htmlComplaints(documents), []);
});

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? 'with' : 'without';
  test(`a term opens and closes by keyboard, ${scripts} scripts`, async () => {
    const reader = await openPage(browser, { javaScriptEnabled, viewport: NARROW });
    await reader.goto(`${portal.origin}/norm/`);
    const term = reader.getByRole('button', { name: 'opvang', exact: true });
    const explanation = reader.locator('#uitleg--opvang');
    assert.equal(await explanation.isVisible(), false);

    await term.focus();
    await reader.keyboard.press('Enter');
    assert.ok(await explanation.isVisible());
    const { x, y, width, height } = await explanation.boundingBox();
    assert.ok(x >= 0 && x + width <= NARROW.width, `${x} and ${width} wide`);
    assert.ok(y >= 0 && y + height <= NARROW.height, `${y} and ${height} high`);

    await reader.keyboard.press('Escape');
    assert.equal(await explanation.isVisible(), false);

    // The next Tab goes on from the term, and the link leads to it in the word list.
    await reader.keyboard.press('Enter');
    await reader.keyboard.press('Tab');
    await reader.keyboard.press('Enter');
    await reader.waitForURL('**/woordenlijst/#begrip--opvang');
    assert.ok(await reader.locator('#begrip--opvang').isVisible());

    // Nothing opens on paper: it says where the list is.
    await reader.goBack();
    await reader.emulateMedia({ media: 'print' });
    const behind = await reader.locator('.term').first().evaluate((term) => getComputedStyle(term, '::after').content);
    assert.match(behind, /\/p\/begrippen\//);
    await reader.context().close();
  });
}

/** The pages of the sitemap, and those of the form and My report that can be asked for, in both languages. */
async function everyAddress() {
  const found = new Set(await portal.sitemap());
  const home = await openPage(browser);
  await home.goto(portal.home);
  const report = home.locator('header').getByRole('link', { name: /^melden$/i }).first();
  const form = portal.at(await report.evaluate((link) => link.href));
  for (const address of [form, form.replace(/([^/]+\/)$/, 'en/$1')]) {
    found.add(address);
    found.add(`${address}volgen/`);
  }
  await home.context().close();
  return [...found];
}

async function frameComplaints(address) {
  const path = new URL(address).pathname;
  const complaints = [];
  for (const element of ['h1', 'main']) {
    const count = await page.locator(element).count();
    if (count !== 1) complaints.push(`${count} elements ${element}`);
  }

  const title = await page.title();
  if (!title) complaints.push('no title');
  if (titles.has(title)) complaints.push(`"${title}" is also the title of ${titles.get(title)}`);
  titles.set(title, path);

  const language = await page.locator('html').getAttribute('lang');
  const expected = path.split('/').includes('en') ? 'en' : 'nl';
  if (language !== expected) complaints.push(`lang is ${language}, not ${expected}`);
  return complaints;
}

/** In forced colours shadows and backgrounds are gone: only an outline shows the focus. */
function focusWithoutOutline() {
  return page.evaluate(() => {
    const faults = [];
    for (const element of document.querySelectorAll('a[href], button, input, select, textarea')) {
      if (element.type === 'hidden' || !element.checkVisibility()) continue;
      element.focus({ focusVisible: true });
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      if (outlineStyle === 'none' || Number.parseFloat(outlineWidth) < 2) {
        faults.push(element.outerHTML.slice(0, 120));
      }
    }
    document.activeElement?.blur();
    return faults;
  });
}
