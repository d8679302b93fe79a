// Blocks that readers see as a figure or a player, in the portals with which the generator is tested: every kind of
// infographic is there, whatever the content uses.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { axeComplaints, htmlComplaints } from './audit.js';
import { openPage, overflow, startBrowser, watch } from './browser.js';
import { startPortal } from './portal.js';
import { tabWalk } from './tab_walk.js';

const TEST_LIMIT_MS = 120_000;
const NARROW = { width: 320, height: 640 };
const KINDS = ['comparison', 'cycle', 'factors', 'ladder', 'roles', 'steps', 'timeline'];
const ORDERED = ['cycle', 'ladder', 'steps', 'timeline'];

const root = (name) => fileURLToPath(new URL(`../site/${name}`, import.meta.url));
const infographics = await startPortal({ root: root('infographics') });
const videos = await startPortal({ root: root('block-video') });
const browser = await startBrowser();

after(async () => {
  await browser.close();
  await infographics.stop();
  await videos.stop();
});

for (const portal of [infographics, videos]) {
  test(`every page of ${portal === videos ? 'videos' : 'infographics'} is sound`, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser);
    const documents = new Map();
    const faults = [];
    for (const language of ['', 'en/']) {
      const address = new URL(language, portal.home).href;
      await page.setViewportSize({ width: 1280, height: 900 });
      documents.set(address, await (await page.goto(address)).text());
      const keep = (complaints) => faults.push(...complaints.map((text) => `${address}: ${text}`));
      keep(await axeComplaints(page));
      keep(await tabWalk(page));
      await page.setViewportSize(NARROW);
      keep(await axeComplaints(page));
      const tooWide = await overflow(page);
      if (tooWide > 0) keep([`${tooWide} px wider than a window of 320 px`]);
    }
    assert.deepEqual([...faults, ...(await htmlComplaints(documents))], []);
    await page.context().close();
  });
}

test('every kind of infographic has a heading and a list, numbered where the order says something', async () => {
  const page = await openPage(browser);
  await page.goto(infographics.home);
  for (const kind of KINDS) {
    const figures = page.locator(`.infographic-${kind}`);
    assert.ok((await figures.count()) > 0, kind);
    for (const figure of await figures.all()) {
      const title = await figure.locator('.infographic-title').innerText();
      assert.equal(await figure.getByRole('heading', { name: title, exact: true }).count(), 1, title);
      const list = figure.locator(':scope > .infographic-items');
      assert.equal(await list.evaluate(({ localName }) => localName), ORDERED.includes(kind) ? 'ol' : 'ul', kind);
      const items = list.locator(':scope > li');
      assert.equal(await items.count(), await list.evaluate(({ children }) => children.length), kind);
      assert.match(await list.ariaSnapshot(), /^- list:/, kind);
    }
  }
  await page.context().close();
});

test('every poster can be opened as a page and shown as a picture', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser);
  const offences = watch(page, infographics.origin);
  // Only pages say where their icon is: for a picture the browser asks for this one.
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
  await page.goto(infographics.home);
  const links = page.locator('.infographic-posters a');
  const posters = await links.evaluateAll((all) => all.map(({ href, type }) => ({ path: new URL(href).pathname, type })));
  assert.ok(posters.length >= 2 * KINDS.length, `${posters.length}`);
  for (const { path, type } of posters) {
    const response = await page.goto(infographics.at(path));
    assert.equal(response.status(), 200, path);
    assert.ok(response.headers()['content-type'].startsWith(type), path);
    // A file that is not well-formed has an element parsererror, and no title.
    assert.ok(await page.evaluate(() => document.querySelector('svg > title')?.textContent), path);
    const outside = await page.evaluate(() => {
      const paper = document.documentElement.getBoundingClientRect();
      const isOut = ({ left, right, top, bottom }) =>
        left < paper.left - 1 || right > paper.right + 1 || top < paper.top - 1 || bottom > paper.bottom + 1;
      const texts = [...document.querySelectorAll('text')];
      return texts.filter((text) => isOut(text.getBoundingClientRect())).map((text) => text.textContent);
    });
    assert.deepEqual(outside, [], path);
  }
  await page.goto(infographics.home);
  const widths = await page.evaluate(async (paths) => {
    const load = async (src) => {
      const image = Object.assign(new Image(), { src });
      await image.decode();
      return image.naturalWidth;
    };
    return Promise.all(paths.map(load));
  }, posters.map(({ path }) => path));
  assert.ok(widths.every((width) => width > 0), widths.join());
  assert.deepEqual(offences, []);
  await page.context().close();
});
