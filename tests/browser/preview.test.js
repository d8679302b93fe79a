// Writing with `meldwijzer preview` beside it: what is saved is in the browser, where it was being read.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { axeComplaints } from './audit.js';
import { openPage, overflow, startBrowser, watch } from './browser.js';
import { startPreview } from './portal.js';

const THEME = fileURLToPath(new URL('../../themes/basis', import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), 'meldwijzer-preview-'));
const LONG = Array.from({ length: 60 }, (_, at) => `Alinea nummer ${at}, met genoeg woorden om de pagina lang te maken.`);

const write = (name, text) => {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
};
const writePage = (name, frontMatter, text) => write(`content/${name}.md`, `---\n${frontMatter}\n---\n${text}\n`);
const long = (last) => [...LONG, last, ...LONG].join('\n\n');

write('site.yaml', 'title: Veilig werken\norganisation: Voorbeeldstad\n');
writePage('index', 'title: Start', 'Hier begint het.');
writePage('lang', 'title: Lang', long('Het eerste woord.'));
writePage('concept', 'title: In de maak\ndraft: true', '## Een\n\nTekst.\n\n#### Te diep\n\n[[vul in: naam]]');
cpSync(THEME, path.join(root, 'themes/basis'), { recursive: true });

const preview = await startPreview(root);
const browser = await startBrowser();

after(async () => {
  await browser.close();
  assert.equal(await preview.stop(), 0, 'exit code after SIGTERM');
  rmSync(root, { recursive: true, force: true });
});

const scrolled = (page) => page.evaluate(() => window.scrollY);

test('what is saved is shown in every tab, where it was being read', async () => {
  const page = await openPage(browser);
  const offences = watch(page, preview.origin);
  const other = await page.context().newPage();
  for (const one of [page, other]) await one.goto(preview.at('/lang/'));
  await page.evaluate(() => window.scrollTo(0, 1200));
  await page.locator('.mw-preview summary').focus();
  assert.equal(await scrolled(page), 1200, 'the bar is in sight already');
  writePage('lang', 'title: Lang', long('Het tweede woord.'));
  for (const one of [page, other]) await one.getByText('Het tweede woord.').waitFor();
  await page.waitForFunction(() => window.scrollY === 1200);
  await page.waitForFunction(() => document.activeElement?.localName === 'summary');
  assert.equal(await scrolled(other), 0);
  assert.deepEqual(offences, []);
  await page.context().close();
});

test('another style sheet is put in place without loading the page again', async () => {
  const page = await openPage(browser);
  await page.goto(preview.at('/lang/'));
  await page.evaluate(() => {
    window.isSamePage = true;
    window.scrollTo(0, 900);
  });
  const sheet = path.join(root, 'themes/basis/assets/base.css');
  writeFileSync(sheet, `${readFileSync(sheet, 'utf8')}\nh1 { letter-spacing: 7px; }\n`);
  await page.waitForFunction(() => getComputedStyle(document.querySelector('h1')).letterSpacing === '7px');
  assert.equal(await page.evaluate(() => window.isSamePage), true);
  assert.equal(await scrolled(page), 900);
  await page.waitForFunction(() => document.querySelectorAll('link[rel="stylesheet"]').length === 2);
  await page.context().close();
});

test('a mistake shows on its page, the page of before can be read, and it comes back at its place', async () => {
  const page = await openPage(browser);
  await page.goto(preview.at('/lang/'));
  await page.evaluate(() => window.scrollTo(0, 700));
  writePage('lang', 'title: Lang', long('[weg](weg.md)'));
  await page.getByRole('heading', { name: 'Deze pagina is nog niet klaar' }).waitFor();
  await page.getByText('Deze link gaat naar iets wat niet bestaat: content/weg.md').first().waitFor();
  assert.deepEqual(await axeComplaints(page), []);
  const good = await page.getByRole('link', { name: 'Bekijk de pagina van vóór de fout' }).getAttribute('href');
  const before = await (await fetch(preview.at(good))).text();
  assert.match(before, /Je kijkt naar het portaal van vóór de fout/);
  writePage('lang', 'title: Lang', long('Het is opgelost.'));
  await page.getByText('Het is opgelost.').waitFor();
  await page.waitForFunction(() => window.scrollY === 700);
  await page.context().close();
});

test('a page that moves says where it went', async () => {
  writePage('weg', 'title: Weg', 'Tekst die verhuist.');
  const page = await openPage(browser);
  await page.goto(preview.at('/weg/'));
  await page.getByText('Tekst die verhuist.').waitFor();
  renameSync(path.join(root, 'content/weg.md'), path.join(root, 'content/nieuw.md'));
  await page.getByRole('heading', { name: 'Deze pagina is er niet meer' }).waitFor();
  await page.getByRole('link', { name: 'Weg' }).click();
  await page.getByText('Tekst die verhuist.').waitFor();
  await page.context().close();
});

for (const [width, colorScheme] of [[320, 'light'], [768, 'dark'], [1280, 'light']]) {
  test(`the bar works by keyboard at ${width} px (${colorScheme})`, async () => {
    const page = await openPage(browser, { viewport: { width, height: 700 }, colorScheme });
    const offences = watch(page, preview.origin);
    await page.goto(preview.at('/concept/'));
    await page.locator('main').getByText('Concept: lezers zien deze pagina nog niet.').waitFor();
    const summary = page.locator('.mw-preview summary');
    await summary.focus();
    await page.keyboard.press('Enter');
    await page.getByText('hier is een niveau overgeslagen').waitFor();
    const complaints = await axeComplaints(page);
    // The page has that mistake, and the bar tells it.
    assert.deepEqual(complaints.filter((one) => !one.startsWith('heading-order (1)') || !one.includes('#te-diep')), []);
    assert.ok((await overflow(page)) <= 0);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'content/concept.md');
    // What was unfolded stays so on the next page.
    await page.goto(preview.at('/'));
    await page.locator('.mw-preview details[open]').waitFor();
    const link = page.locator('main a[href="/concept/"], nav a[href="/concept/"]').first();
    assert.match(await link.textContent(), /In de maak concept/);
    await page.goto(preview.at('/_preview/problems/'));
    assert.deepEqual(await axeComplaints(page), []);
    assert.ok((await overflow(page)) <= 0);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.mw-preview').isVisible(), false);
    assert.deepEqual(offences, []);
    await page.context().close();
  });
}

test('the path of a file can be copied', async () => {
  const page = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(preview.at('/concept/'));
  await page.locator('.mw-preview summary').click();
  await page.getByRole('button', { name: 'Kopieer het pad' }).click();
  await page.getByRole('button', { name: 'Gekopieerd' }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, path.join(realpathSync(root), 'content/concept.md'));
  await page.context().close();
});

test('without a script every page is there, with its bar', async () => {
  const page = await openPage(browser, { javaScriptEnabled: false });
  await page.goto(preview.at('/concept/'));
  await page.getByRole('heading', { name: 'In de maak' }).waitFor();
  await page.locator('.mw-preview summary').click();
  await page.getByRole('link', { name: 'content/concept.md', exact: true }).click();
  await page.getByText('#### Te diep').waitFor();
  await page.context().close();
});

test('an answer of a form stays when something else is saved', async () => {
  const page = await openPage(browser);
  await page.goto(preview.at('/melden/'));
  await page.getByText('Dit is een oefening.').waitFor();
  await page.locator('main form button[value="next"], main form button').last().click();
  await page.locator('.mw-preview[data-kind="sent"]').waitFor();
  await page.evaluate(() => { window.isSamePage = true; });
  const version = await page.locator('.mw-preview').getAttribute('data-version');
  writePage('extra', 'title: Extra', 'Meer tekst.');
  await page.waitForFunction((known) => document.querySelector('.mw-preview').dataset.version !== known, version);
  assert.equal(await page.evaluate(() => window.isSamePage), true);
  await page.context().close();
});
