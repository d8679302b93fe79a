// A list to tick off: by keyboard, by pointer and on paper, without scripts.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { openPage, startBrowser } from './browser.js';
import { startPortal } from './portal.js';

const TEST_LIMIT_MS = 60_000;
const CHECKLIST = '/leidinggevende/na-een-incident/';
const SMALLEST_TARGET = 44;

const portal = await startPortal();
const browser = await startBrowser();

after(async () => {
  await browser.close();
  await portal.stop();
});

/** Runs a test with the checklist open, in a browser without scripts. */
function withChecklist(name, walk, options = {}) {
  test(name, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, { javaScriptEnabled: false, ...options });
    await page.goto(portal.at(CHECKLIST));
    await walk(page);
    await page.context().close();
  });
}

const box = (page, name) => page.getByRole('checkbox', { name });

withChecklist('the space bar ticks and unticks', async (page) => {
  const first = box(page, /^Maak het veilig/);
  await first.focus();
  await page.keyboard.press('Space');
  assert.ok(await first.isChecked());
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  assert.ok(await box(page, /^Neem het werk over/).isChecked());
  await page.keyboard.press('Space');
  assert.ok(!(await box(page, /^Neem het werk over/).isChecked()));
});

withChecklist('the words of a line tick it, and a link in them leads on', async (page) => {
  const line = box(page, /^Voer het opvanggesprek/);
  await page.getByText('Voer het opvanggesprek').click();
  assert.ok(await line.isChecked());
  await page.locator('label').getByRole('link', { name: 'gespreksgids' }).click();
  assert.equal(new URL(page.url()).hash, '#eerste-gesprek');
  assert.ok(await line.isChecked(), 'the link ticked the line too');
});

withChecklist(
  'every line can be hit with a finger',
  async (page) => {
    for (const label of await page.locator('.task > label').all()) {
      const { height, width } = await label.boundingBox();
      assert.ok(Math.min(height, width) >= SMALLEST_TARGET, await label.innerText());
    }
  },
  { viewport: { width: 320, height: 640 } },
);

withChecklist('on paper a box is empty, also one that was ticked', async (page) => {
  const first = box(page, /^Maak het veilig/);
  const looks = async () => {
    await first.uncheck();
    const empty = await first.screenshot();
    await first.check();
    return { empty, ticked: await first.screenshot() };
  };
  const screen = await looks();
  assert.notDeepEqual(screen.ticked, screen.empty);
  await page.emulateMedia({ media: 'print' });
  const paper = await looks();
  assert.deepEqual(paper.ticked, paper.empty);
});
