// Messages that are copied to a mail or a chat: as text, with their HTML where a program takes it, and by
// hand where the browser offers no clipboard or no scripts.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { openPage, startBrowser, watch } from './browser.js';
import { startPortal } from './portal.js';

const TEST_LIMIT_MS = 60_000;

const portal = await startPortal();
const browser = await startBrowser();

after(async () => {
  await browser.close();
  await portal.stop();
});

const norm = (page) => page.locator('#bericht--norm');

function withMessages(name, walk, options = {}, prepare = async () => {}) {
  test(name, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, options);
    const offences = watch(page, new URL(portal.at('/')).origin);
    await prepare(page);
    await page.goto(portal.at('/campagne/'));
    await walk(page);
    assert.deepEqual(offences, []);
    await page.context().close();
  });
}

withMessages(
  'a message is copied as text and as HTML',
  async (page) => {
    const button = norm(page).getByRole('button', { name: 'Kopieer' }).first();
    await button.click();
    await norm(page).getByText('Gekopieerd').waitFor();
    const copied = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const read = async (type) => [type, await (await item.getType(type)).text()];
      return Object.fromEntries(await Promise.all(item.types.map(read)));
    });
    assert.match(copied['text/plain'], /^Nieuw jaar, zelfde norm\..*\nhttps?:\/\/.*\/p\/norm\/$/s);
    assert.match(copied['text/html'], /<p>Nieuw jaar, zelfde norm\..*<a href="http.*\/p\/norm\/">Onze norm<\/a><\/p>/s);
  },
  { permissions: ['clipboard-read', 'clipboard-write'] },
);

withMessages(
  'without a clipboard, as over http, the text is copied all the same',
  async (page) => {
    await norm(page).getByRole('button', { name: 'Kopieer' }).first().click();
    await norm(page).getByText('Gekopieerd').waitFor();
  },
  {},
  (page) =>
    page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined })),
);

withMessages(
  'where copying fails, the text is selected and that is said',
  async (page) => {
    await norm(page).getByRole('button', { name: 'Kopieer' }).first().click();
    await norm(page).getByText('Kopiëren lukt niet').waitFor();
    const selected = await page.evaluate(() => String(globalThis.getSelection()));
    assert.match(selected, /Nieuw jaar/);
  },
  {},
  (page) =>
    page.addInitScript(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
      document.execCommand = () => false;
    }),
);

withMessages(
  'without scripts there is no button, and the text is there',
  async (page) => {
    assert.equal(await page.getByRole('button', { name: 'Kopieer' }).count(), 0);
    const text = await norm(page).getByLabel('Tekst Onze norm').inputValue();
    assert.match(text, /^Nieuw jaar/);
  },
  { javaScriptEnabled: false },
);
