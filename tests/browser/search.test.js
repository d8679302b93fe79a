// Search: the right page for the words that people use, nothing sent, and everything there without a script.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { isNear, makeSearch, makeWordsOf } from '../../themes/basis/components/search/script.js';
import { axeComplaints } from './audit.js';
import { openPage, overflow, startBrowser, watch } from './browser.js';
import { startPortal } from './portal.js';
import { DUTCH, ENGLISH, TYPING } from './search_queries.js';

const portal = await startPortal();
const browser = await startBrowser();
const NARROW = { viewport: { width: 320, height: 640 } };

after(async () => {
  await browser.close();
  assert.equal(await portal.stop(), 0, 'exit code after SIGTERM');
});

/** The index that the search page of a language names. */
async function indexOf(address) {
  const page = await (await fetch(portal.at(address))).text();
  const [, module] = /data-search="([^"]+)"/.exec(page);
  const response = await fetch(portal.at(module));
  assert.match(response.headers.get('cache-control'), /immutable/);
  const text = await response.text();
  return (await import(`data:text/javascript,${encodeURIComponent(text)}`)).default;
}

function check(search, queries, typing = false) {
  const faults = [];
  for (const [query, expected] of queries) {
    const [address, most] = Array.isArray(expected) ? expected : [expected, 1];
    const found = search(query, typing).map(({ page }) => page.href);
    const at = found.indexOf(address);
    if (at < 0 || at >= most) faults.push(`${query}: ${address} is not among the first ${most}: ${found.slice(0, 5)}`);
  }
  assert.equal(faults.join('\n'), '');
}

test('the words that people use lead to the right page', async () => {
  const dutch = makeSearch(await indexOf('/zoeken/'));
  check(dutch, DUTCH);
  check(dutch, TYPING, true);
  check(makeSearch(await indexOf('/en/search/')), ENGLISH);
});

test('what cannot be found is not', async () => {
  const search = makeSearch(await indexOf('/zoeken/'));
  for (const query of ['', '  ', '…', 'qqqqq', '<xyzzy>', 'x'.repeat(5000)]) {
    assert.deepEqual(search(query), [], query.slice(0, 20));
  }
});

test('words of an index are data, whatever they are called', () => {
  const page = { href: '/', title: 'Constructor', trail: '', summary: '', keywords: [], weight: 100, sections: [] };
  const index = { pages: [page], letters: {}, words: {}, synonyms: [], stop_words: [] };
  assert.equal(makeSearch(index)('constructor').length, 1);
  assert.equal(makeSearch(index)('tostring').length, 0);
});

test('a text is cut into the words that the generator sees', async () => {
  const cases = JSON.parse(readFileSync(new URL('search_words.json', import.meta.url), 'utf8'));
  const wordsOf = makeWordsOf((await indexOf('/zoeken/')).letters);
  for (const [text, expected] of cases) {
    assert.deepEqual(wordsOf(text).map(({ word }) => word), expected, text);
  }
  assert.equal(wordsOf('é'.repeat(64)).length, 1);
  assert.equal(wordsOf('é'.repeat(65)).length, 0);
});

test('mistyped words are near, others are not', () => {
  for (const [one, other, most, expected] of [
    ['bedriegd', 'bedreigd', 1, true],
    ['bedreigd', 'bedreigt', 1, true],
    ['bedreig', 'bedreigd', 1, true],
    ['beledigd', 'bedreigd', 1, false],
    ['vertrouwenspersoom', 'vertrouwenspersonn', 2, true],
    ['norm', 'vorm', 0, false],
  ]) {
    assert.equal(isNear(one, other, most), expected, `${one}, ${other}`);
  }
});

test('from the header to what was looked for, by keyboard, and nothing is sent', async () => {
  const page = await openPage(browser);
  const offences = watch(page, portal.origin);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(portal.at('/norm/'));
  assert.ok(!asked.some((url) => url.includes('search-nl')), 'the index is loaded when somebody searches');
  await page.getByRole('search').getByRole('searchbox').fill('uitgescholden telefoon');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#q=/);
  const first = page.locator('.search-results h3 a').first();
  await first.waitFor();
  assert.equal(await first.textContent(), 'Agressie aan de telefoon');
  assert.match(await page.locator('[data-search-count]').textContent(), /^\d+ pagina's gevonden/);
  assert.ok((await page.locator('.search-results mark').count()) > 0);
  assert.deepEqual(await axeComplaints(page), []);

  await page.getByRole('searchbox').focus();
  for (const key of ['Tab', 'Tab', 'Enter']) await page.keyboard.press(key);
  await page.waitForURL(/\/protocol\/telefoon\/$/);
  await page.goBack();
  await first.waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), 'uitgescholden telefoon');

  assert.ok(!asked.some((url) => /uitgescholden|telefoon(?!\/$)/.test(new URL(url).search)), asked.join('\n'));
  assert.deepEqual(offences, []);
  await page.context().close();
});

test('typing finds while it goes on, and nothing found says where to go', async () => {
  const page = await openPage(browser);
  await page.goto(portal.at('/zoeken/'));
  await page.getByRole('searchbox').pressSequentially('huisreg');
  await page.getByRole('link', { name: 'Huisregels voor bezoekers' }).first().waitFor();
  assert.equal(new URL(page.url()).hash, '', 'what is typed on the way is not in the history');
  await page.getByRole('searchbox').fill('qqqqq');
  await page.getByRole('heading', { name: 'Niets gevonden' }).waitFor();
  assert.ok(await page.getByRole('link', { name: 'Meld wat er is gebeurd' }).isVisible());
  assert.deepEqual(await axeComplaints(page), []);
  await page.getByRole('searchbox').fill('');
  await page.locator('[data-search-found]').waitFor({ state: 'hidden' });
  await page.context().close();
});

test('what came in a query is found, moves behind the #, and is not in the log', async () => {
  const plain = await (await fetch(portal.at('/zoeken/'))).text();
  const response = await fetch(portal.at('/zoeken/?q=geheimwoord'));
  assert.equal(response.status, 200);
  assert.equal(await response.text(), plain);
  assert.ok(!portal.log.includes('geheimwoord'));

  const page = await openPage(browser);
  await page.goto(portal.at('/zoeken/?q=bedreigd'));
  await page.locator('.search-results h3').first().waitFor();
  assert.equal(new URL(page.url()).search, '');
  assert.equal(new URL(page.url()).hash, '#q=bedreigd');
  await page.context().close();
});

test('when the index cannot be had, the page says so until it can', async () => {
  const page = await openPage(browser);
  await page.route(/search-nl\./, (route) => route.fulfill({ status: 404 }));
  await page.goto(`${portal.at('/zoeken/')}#q=bedreigd`);
  const failed = page.getByRole('status').getByText('Zoeken lukt nu niet');
  await failed.waitFor();
  await page.unroute(/search-nl\./);
  await page.getByRole('searchbox').fill('uitgescholden');
  await page.locator('.search-results h3').first().waitFor();
  assert.ok(await failed.isHidden());
  await page.context().close();
});

test('without a script the page has everything from A to Z', async () => {
  for (const size of [{}, NARROW]) {
    const page = await openPage(browser, { javaScriptEnabled: false, ...size });
    await page.goto(portal.at('/norm/'));
    await page.getByRole('banner').getByRole('link', { name: 'Zoeken' }).click();
    await page.locator('noscript .notice').waitFor();
    assert.equal(await page.getByRole('searchbox').count(), 0);
    await page.getByRole('navigation', { name: 'Letters' }).getByRole('link', { name: 'B', exact: true }).click();
    const entry = page.locator('.a-to-z li', { hasText: /^bedreigd:/ });
    await entry.getByRole('link', { name: 'Ik maak iets mee: wat doe ik?' }).click();
    assert.match(page.url(), /\/protocol\/ik-maak-iets-mee\/$/);
    await page.context().close();
  }
});

test('at 320 px there is room for Melden and for what is found', async () => {
  const page = await openPage(browser, NARROW);
  await page.goto(portal.at('/norm/'));
  const banner = page.getByRole('banner');
  const report = await banner.getByRole('link', { name: 'Melden', exact: true }).boundingBox();
  const search = await banner.getByRole('link', { name: 'Zoeken' }).boundingBox();
  assert.ok(report.x + report.width <= 320 && report.height >= 44);
  assert.ok(search.width >= 44 && search.height >= 44 && search.y + search.height <= report.y + 1);
  await banner.getByRole('link', { name: 'Zoeken' }).click();
  await page.getByRole('searchbox').fill('aangifte huisadres');
  await page.getByRole('button', { name: 'Zoeken' }).click();
  await page.locator('.search-results h3').first().waitFor();
  assert.ok((await overflow(page)) <= 0);
  assert.deepEqual(await axeComplaints(page), []);
  await page.context().close();
});
