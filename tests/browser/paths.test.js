// Paths and exercises, with a pointer, a keyboard and without a script; and the feed for other programs.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { axeComplaints, axeComplaintsOfScriptless, htmlComplaints } from './audit.js';
import { openPage, overflow, startBrowser, watch } from './browser.js';
import { keyboard, pointer } from './hands.js';
import { startPortal } from './portal.js';
import { tabWalk } from './tab_walk.js';

const TEST_LIMIT_MS = 120_000;
const PATH = '/wegwijs/nieuw/';
const CARDS = '/wegwijs/oefenen/is-dit-agressie/';
const NARROW = { width: 320, height: 640 };
const KEPT = 'meldwijzer.path.nieuw.nl';

const portal = await startPortal();
const browser = await startBrowser();

after(async () => {
  await browser.close();
  assert.equal(await portal.stop(), 0, 'exit code after SIGTERM');
});

const boxes = (page) => page.locator('[data-path-step]');
const kept = (page) => page.evaluate((name) => localStorage.getItem(name), KEPT);

async function ticked(page) {
  return boxes(page).evaluateAll((all) => all.map((box) => box.checked));
}

for (const hands of [pointer, keyboard]) {
  test(`progress is kept when asked for and not before, by ${hands.name}`, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser);
    const offences = watch(page, portal.origin);
    await page.goto(portal.at(PATH));
    await hands.tick(page, boxes(page).nth(1));
    assert.equal(await kept(page), null, 'kept before the reader agreed');
    await page.reload();
    assert.equal(await kept(page), null);

    await page.goto(portal.at(PATH));
    await hands.tick(page, boxes(page).nth(1));
    const ask = page.locator('[data-path-ask] summary');
    await hands.toggle(page, ask);
    assert.match(await page.locator('[data-path-ask]').innerText(), /die anderen ook gebruiken/);
    await hands.toggle(page, page.locator('[data-path-keep]'));
    const forget = page.locator('[data-path-forget]');
    assert.ok(await forget.evaluate((button) => button === document.activeElement), 'focus is lost');
    assert.ok(!(await ask.isVisible()));
    await hands.tick(page, boxes(page).nth(2));
    const { version, done, ...more } = JSON.parse(await kept(page));
    assert.deepEqual(more, {}, 'more is kept than ticks');
    assert.ok(version);
    assert.equal(done.length, 2);

    await page.goto(portal.at(PATH));
    assert.deepEqual((await ticked(page)).slice(0, 4), [false, true, true, false]);
    const first = await page.locator('.path-step a').first().evaluate((link) => link.href);
    assert.equal(await page.locator('[data-path-continue]').getAttribute('href'), first);
    await hands.toggle(page, forget);
    assert.equal(await kept(page), null);
    const status = page.locator('[data-path-status]');
    assert.match(await status.innerText(), /^Vergeten\./);
    assert.ok(await status.evaluate((text) => text === document.activeElement), 'focus is lost');
    await hands.tick(page, boxes(page).nth(3));
    assert.equal(await kept(page), null, 'kept after it was forgotten');
    assert.deepEqual(offences, []);
    await page.context().close();
  });
}

test('another version of a path starts anew and says so', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser);
  await page.goto(portal.at(PATH));
  const first = await boxes(page).first().getAttribute('value');
  const old = JSON.stringify({ version: 'van vroeger', done: [first] });
  await page.evaluate(([name, text]) => localStorage.setItem(name, text), [KEPT, old]);
  await page.reload();
  assert.ok(!(await ticked(page)).includes(true));
  assert.match(await page.locator('[data-path-status]').innerText(), /is veranderd/);
  assert.equal(await kept(page), null);

  await page.evaluate((name) => localStorage.setItem(name, 'onzin'), KEPT);
  await page.reload();
  assert.ok(await page.locator('[data-path-ask] summary').isVisible(), 'what we did not write counts as kept');
  await page.context().close();
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';
  test(`a reader walks a path there and back, ${how} a script`, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, { javaScriptEnabled, viewport: NARROW });
    await page.goto(portal.at(PATH));
    const steps = await boxes(page).count();
    assert.equal(await page.locator('[data-path-ask] summary').isVisible(), javaScriptEnabled);
    await page.locator('.path-step a').first().click();
    const bar = page.locator('.path-bar:visible');
    for (let step = 1; step <= steps; step += 1) {
      await page.waitForURL((url) => url.hash === `#pad--nieuw-${step}`);
      assert.equal(await bar.count(), 1, `bars at step ${step}`);
      assert.match(await bar.innerText(), new RegExp(`Stap ${step} van ${steps}`));
      assert.ok(await page.locator('.path-stop:target').evaluate(inWindow), `step ${step} is not in view`);
      assert.equal(await overflow(page), 0, `step ${step} is wider than the window`);
      await bar.locator('.path-next').click();
    }
    await page.waitForURL((url) => url.pathname === PATH && url.hash === `#stap--${steps}`);

    // Whoever came another way sees no bar, and where the page belongs when asked.
    await page.goto(portal.at('/norm/'));
    assert.equal(await bar.count(), 0);
    await page.locator('.path-lists summary').click();
    await page.locator('.path-lists a').first().click();
    await page.waitForURL((url) => url.hash.startsWith('#stap--'));
    await page.context().close();
  });
}

/** Whether the place that the address names is in the window; the bar itself always is. */
function inWindow(stop) {
  const { top } = stop.getBoundingClientRect();
  return top >= 0 && top < innerHeight;
}

test('a chosen answer is judged at once, in words', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser);
  await page.goto(portal.at(CARDS));
  const item = page.locator('[data-exercise-item]').first();
  const verdict = item.locator('[role=status]');
  const right = item.locator('[data-exercise-right]');
  const wrong = item.locator('input:not([data-exercise-right])').first();
  assert.equal(await verdict.innerText(), '');
  await pointer.tick(page, wrong);
  await verdict.filter({ hasText: 'Dat klopt niet.' }).waitFor();
  assert.ok(await item.locator('.exercise-answer-body').isVisible());
  await pointer.tick(page, right);
  await verdict.filter({ hasText: 'Goed.' }).waitFor();
  const other = page.locator('[data-exercise-item]').nth(1);
  assert.ok(!(await other.locator('.exercise-answer-body').isVisible()));
  await keyboard.tick(page, other.locator('[data-exercise-right]'));
  await page.keyboard.press('Tab');
  await other.locator('[role=status]').filter({ hasText: 'Goed.' }).waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.context().close();
});

test('answers that the arrow keys pass by are not judged', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser);
  await page.goto(portal.at(CARDS));
  const item = page.locator('[data-exercise-item]').first();
  const verdict = item.locator('[role=status]');
  await item.locator('input').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  assert.equal(await verdict.innerText(), '');
  assert.ok(!(await item.locator('.exercise-answer-body').isVisible()));
  await page.keyboard.press('Enter');
  assert.notEqual(await verdict.innerText(), '');
  // What was said of the last answer is gone with it.
  await page.keyboard.press('ArrowDown');
  assert.equal(await verdict.innerText(), '');
  await page.context().close();
});

test('without a script every answer can be opened', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser, { javaScriptEnabled: false });
  await page.goto(portal.at(CARDS));
  const item = page.locator('[data-exercise-item]').first();
  await keyboard.tick(page, item.locator('input').first());
  await keyboard.toggle(page, item.locator('summary'));
  assert.match(await item.locator('.exercise-answer-body').innerText(), /Antwoord: Nee/);
  await page.context().close();
});

test('paths and exercises are sound in every state', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser);
  const faults = [];
  const documents = new Map();
  const check = async (where) => {
    for (const [name, state] of Object.entries({
      light: { colorScheme: 'light' },
      dark: { colorScheme: 'dark' },
    })) {
      await page.emulateMedia(state);
      for (const text of await axeComplaints(page)) faults.push(`${where}, ${name}: ${text}`);
    }
    documents.set(where, await page.content());
  };
  for (const viewport of [NARROW, { width: 1280, height: 900 }]) {
    await page.setViewportSize(viewport);
    const size = `${viewport.width} px`;
    await page.goto(portal.at(PATH));
    await boxes(page).first().check();
    await page.locator('[data-path-ask] summary').click();
    await check(`asking, ${size}`);
    await page.locator('[data-path-keep]').click();
    await check(`kept, ${size}`);
    // Anew, because the walk starts where the focus is.
    await page.reload();
    faults.push(...(await tabWalk(page)).map((text) => `Tab, ${size}: ${text}`));
    assert.equal(await overflow(page), 0, size);
    await page.locator('[data-path-forget]').click();
    await page.goto(`${portal.at('/norm/')}#pad--nieuw-1`);
    await check(`on the way, ${size}`);
    await page.goto(portal.at(CARDS));
    for (const item of await page.locator('[data-exercise-item]').all()) {
      await pointer.tick(page, item.locator('input').first());
    }
    await page.locator('.exercise-answer[open]').nth(4).waitFor();
    await check(`answered, ${size}`);
    assert.equal(await overflow(page), 0, size);
  }
  assert.equal(faults.join('\n'), '');
  assert.deepEqual(await htmlComplaints(documents), []);

  const plain = await openPage(browser, { javaScriptEnabled: false });
  await plain.goto(portal.at(PATH));
  assert.deepEqual(await axeComplaintsOfScriptless(plain, page), []);
  await plain.context().close();
  await page.context().close();
});

test('a path prints as a sheet, and exercises with their answers', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser);
  await page.goto(portal.at(PATH));
  await page.emulateMedia({ media: 'print' });
  const count = await boxes(page).count();
  assert.equal(await page.locator('.path-step-paper:visible').count(), count);
  assert.match(await page.locator('.path-step-paper').first().innerText(), /\/p\/norm\/\s+Gedaan op/);
  assert.ok(!(await page.locator('.path-progress').isVisible()));
  await page.goto(portal.at(CARDS));
  assert.equal(await page.locator('.exercise-answer-body:visible').count(), 5);
  await page.context().close();
});

test('the feed fits its schema, and its steps lead somewhere', { timeout: TEST_LIMIT_MS }, async () => {
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false });
  addFormats(ajv);
  const fits = ajv.compile(JSON.parse(portal.program('schema', 'paths')));
  const response = await fetch(portal.at('/paths.json'));
  assert.match(response.headers.get('content-type'), /^application\/json/);
  const feed = await response.json();
  assert.ok(fits(feed), JSON.stringify(fits.errors));
  const ids = new Set(feed.paths.map(({ id }) => id));
  for (const id of ['nieuw', 'leidinggevende', 'coordinator', 'balie', 'opfris']) assert.ok(ids.has(id), id);
  for (const { id, minutes, steps } of feed.paths) {
    assert.equal(steps.reduce((sum, step) => sum + step.minutes, 0), minutes, id);
  }

  const [path] = feed.paths;
  const broken = [
    { ...feed, format: 2 },
    { ...feed, paths: [] },
    { ...feed, paths: [{ ...path, id: 'Nieuw hier' }] },
    { ...feed, paths: [{ ...path, updated: 'gisteren' }] },
    { ...feed, paths: [{ ...path, steps: [{ ...path.steps[0], minutes: 0 }] }] },
    { ...feed, paths: [{ ...path, steps: [{ ...path.steps[0], kind: 'film' }] }] },
    { ...feed, paths: [{ ...path, steps: [{ ...path.steps[0], url: 'norm/index.md' }] }] },
    { ...feed, paths: [{ ...path, audience: ['iedereen'] }] },
  ];
  for (const wrong of broken) assert.ok(!fits(wrong), JSON.stringify(wrong).slice(0, 300));
});
