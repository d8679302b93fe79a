// What scripts add to the forms: a draft on the device, a count of characters, smaller photos, a quick way
// out. And that without scripts none of it stands in the way.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';

import { axeComplaints } from './audit.js';
import { openPage, startBrowser, watch } from './browser.js';
import { Choices, answerPage, form, goOn, picture, typedOn, walkForm, walkRequired } from './form_walk.js';
import { pointer } from './hands.js';
import { startPortal } from './portal.js';
import { nextButton, sendButton } from './report_form.js';

const TEST_LIMIT_MS = 60_000;
const NEUTRAL = 'https://www.knmi.nl/';
const MEGABYTE = 1_000_000;

const portal = await startPortal();
portal.addPerson('Anna de Vries', ['coordinator']);
const browser = await startBrowser();

after(async () => {
  await browser.close();
  await portal.stop();
});

/** Runs a test with the report form open, in a browser with scripts. */
function withForm(name, walk, options = {}) {
  test(name, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, options);
    // The neutral site is not ours, and is not asked.
    await page.context().route(`${NEUTRAL}**`, (route) =>
      route.fulfill({ contentType: 'text/html; charset=utf-8', body: '<title>Het weer</title><h1>Het weer</h1>' }),
    );
    await page.goto(portal.at('/melden/'));
    await walk(page);
    await page.context().close();
  });
}

const keepQuestion = (page) => page.getByText('Later verdergaan op dit apparaat?');
const keepButton = (page) => page.getByRole('button', { name: 'Bewaar wat ik typ op dit apparaat' });
const eraseButton = (page) => page.getByRole('button', { name: 'Wis van dit apparaat' });
const resumeButton = (page) => page.getByRole('button', { name: 'Ga verder' });
const kept = (page) => page.evaluate(() => Object.values(globalThis.localStorage));

async function keepDraft(page) {
  await keepQuestion(page).click();
  await keepButton(page).click();
  await page.getByText('Bewaard op dit apparaat.').waitFor();
}

/** Goes on to the question that has a typed answer of the reporter's own, and types there. */
async function typeSomething(page, text) {
  const isPhone = (shown) => form(shown).getByLabel('Op welk nummer mogen wij je bellen?').count();
  await walkRequired(page, pointer, { until: isPhone });
  await page.getByLabel('Op welk nummer mogen wij je bellen?').fill(text);
}

withForm('nothing is kept before the reporter says so', async (page) => {
  await typeSomething(page, '06 1111 2222');
  await pointer.press(page, nextButton(page));
  assert.deepEqual(await kept(page), []);
});

withForm('a draft is there again after the tab was closed', async (page) => {
  await keepDraft(page);
  assert.deepEqual(await axeComplaints(page), []);
  await typeSomething(page, '06 1111 2222');
  const title = await page.title();
  await waitUntilKept(page, '06 1111 2222');

  const again = await page.context().newPage();
  await page.close();
  await again.goto(portal.at('/melden/'));
  assert.ok(await again.getByText('Je hebt hier nog antwoorden staan').isVisible());
  assert.deepEqual(await axeComplaints(again), []);
  await pointer.press(again, resumeButton(again));
  assert.equal(await again.title(), title);
  assert.equal(await again.getByLabel('Op welk nummer mogen wij je bellen?').inputValue(), '06 1111 2222');
  assert.equal(await again.locator('main [role=alert]').count(), 0, 'judged before it was sent');

  // Sent, it is gone from the device.
  await goOn(again, pointer);
  await walkRequired(again, pointer);
  await pointer.press(again, sendButton(again));
  assert.match(await again.locator('h1').innerText(), /binnen/);
  assert.deepEqual(await kept(again), []);
  await again.goto(portal.at('/melden/'));
  assert.ok(!(await again.getByText('Je hebt hier nog antwoorden staan').isVisible()));
});

withForm('a draft goes when the reporter says so', async (page) => {
  await keepDraft(page);
  await typeSomething(page, '06 1111 2222');
  await waitUntilKept(page, '06 1111 2222');
  await eraseButton(page).click();
  assert.deepEqual(await kept(page), []);
  assert.match(await page.locator(':focus').innerText(), /^Gewist\./);
  await page.getByLabel('Op welk nummer mogen wij je bellen?').fill('06 3333 4444');
  await goOn(page, pointer);
  assert.deepEqual(await kept(page), []);
});

withForm('a draft goes from the first page too', async (page) => {
  await keepDraft(page);
  await typeSomething(page, '06 1111 2222');
  await page.goto(portal.at('/melden/'));
  await eraseButton(page).first().click();
  assert.deepEqual(await kept(page), []);
  assert.ok(!(await resumeButton(page).isVisible()));
});

withForm('a draft is offered for its own form and language only', async (page) => {
  await keepDraft(page);
  for (const address of ['/en/melden/', '/feedback/', '/oefenen/']) {
    await page.goto(portal.at(address));
    assert.equal(await page.locator('[data-draft-offer]:visible').count(), 0, address);
  }
});

withForm('no draft of practice, of My report and of the second part', async (page) => {
  await page.goto(portal.at('/oefenen/'));
  assert.equal(await keepQuestion(page).count(), 0, 'practice');
  await page.goto(portal.at('/melden/volgen/'));
  assert.equal(await keepQuestion(page).count(), 0, 'My report');
  await openSecondPart(page);
  assert.equal(await keepQuestion(page).count(), 0, 'the second part');
  await answerPage(page, pointer, new Choices());
  await goOn(page, pointer);
  assert.deepEqual(await kept(page), []);
});

for (const [name, press] of [
  ['with the link', (page) => page.getByRole('link', { name: 'Verlaat deze pagina snel' }).click()],
  ['with Shift three times', async (page) => {
    for (const left of [2, 1]) {
      await page.keyboard.press('Shift');
      assert.ok(await page.getByText(`Druk nog ${left} keer op Shift`).isVisible());
    }
    await page.keyboard.press('Shift');
  }],
]) {
  withForm(`leaving quickly, ${name}`, async (page) => {
    await keepDraft(page);
    await typeSomething(page, '06 1111 2222');
    await waitUntilKept(page, '06 1111 2222');
    // Back leads to pages that carry it too.
    await goOn(page, pointer);
    await Promise.all([page.waitForURL(NEUTRAL), press(page)]);
    assert.equal(await page.title(), 'Het weer');

    // Back shows nothing of the form, and the device has nothing left.
    for (let times = 0; times < 2; times += 1) {
      await page.goBack({ waitUntil: 'commit' });
      await page.waitForURL(portal.home);
      assert.ok(!(await page.content()).includes('06 1111 2222'));
    }
    assert.deepEqual(await kept(page), []);

    // Whoever opens the form anew may fill it in, and go back.
    await page.getByRole('link', { name: 'Melden' }).first().click();
    await typeSomething(page, '06 3333 4444');
    await goOn(page, pointer);
    await page.goBack();
    assert.equal(await page.getByLabel('Op welk nummer mogen wij je bellen?').inputValue(), '06 3333 4444');
  });
}

withForm('leaving empties what stands in the forms', async (page) => {
  await typeSomething(page, '06 1111 2222');
  // Before the browser has left: what stands in the page then is what it may keep of it.
  const values = await page.getByRole('link', { name: 'Verlaat deze pagina snel' }).evaluate((link) => {
    const typed = [...document.querySelectorAll('main input')].filter(({ type }) => type !== 'radio' && type !== 'checkbox');
    link.click();
    return typed.map(({ value }) => value).join('');
  });
  assert.equal(values, '');
});

for (const [name, address, said] of [
  ['a report', '/melden/', 'Deze melding is al verstuurd.'],
  ['a submission', '/feedback/', 'Dit is al verstuurd.'],
]) {
  withForm(`Back after sending ${name} says that it was sent`, async (page) => {
    await page.goto(portal.at(address));
    const notice = page.getByText(said);
    await walkForm(page, pointer, new Choices(), {
      visit: async (shown) => assert.ok(!(await notice.isVisible()), await shown.title()),
    });
    await pointer.press(page, sendButton(page));
    await sendButton(page).waitFor({ state: 'detached' });
    await page.goBack();
    assert.ok(await sendButton(page).isVisible());
    assert.ok(await notice.isVisible());
    assert.deepEqual(await axeComplaints(page), []);
    // Another one has not been sent.
    await page.goto(portal.at(address));
    assert.ok(!(await notice.isVisible()));
  });
}

withForm('Shift with other keys is typing', async (page) => {
  await typeSomething(page, '');
  const field = page.getByLabel('Op welk nummer mogen wij je bellen?');
  await field.focus();
  for (const letter of ['A', 'B', 'C', 'D']) await page.keyboard.press(`Shift+${letter}`);
  assert.equal(await field.inputValue(), 'ABCD');
  assert.ok(page.url().startsWith(portal.origin));
});

withForm('the way out is not printed', async (page) => {
  const link = page.getByRole('link', { name: 'Verlaat deze pagina snel' });
  assert.ok(await link.isVisible());
  await page.emulateMedia({ media: 'print' });
  assert.ok(!(await link.isVisible()));
});

withForm('characters are counted as the program counts them', async (page) => {
  await page.goto(portal.at('/feedback/'));
  const text = page.getByRole('textbox', { name: 'Wat wil je ons zeggen?' });
  // One letter of two code units, and spaces around it that are not kept.
  await text.fill('  Goed 👍  ');
  const seen = page.locator('.count-seen');
  assert.equal(await seen.innerText(), 'Je hebt nog 994 tekens over.');
  await text.fill('x'.repeat(1001));
  assert.equal(await seen.innerText(), 'Dit is 1 teken te veel.');
  assert.deepEqual(await axeComplaints(page), []);
  await pointer.press(page, nextButton(page));
  assert.match(await page.locator('main [role=alert]').innerText(), /er passen 1000 tekens, en je hebt er nu 1001/);
  assert.equal((await text.inputValue()).length, 1001);
  await text.fill('👍'.repeat(1000));
  assert.equal(await seen.innerText(), 'Je hebt nog 0 tekens over.');
  await goOn(page, pointer);
});

// Noise, which no format can make small: 9 MB that a script halves in width and height.
const PHOTO = picture('scherm.png', 5000, 600, randomBytes(9_000_000));

for (const javaScriptEnabled of [true, false]) {
  const scripts = javaScriptEnabled ? 'is made smaller with scripts' : 'goes as it is without scripts';
  withForm(`a large photo ${scripts}`, async (page) => {
    const offences = watch(page, portal.origin);
    await openSecondPart(page);
    const files = (shown) => form(shown).locator('input[type=file]');
    await walkRequired(page, pointer, { until: (shown) => files(shown).count() });
    await files(page).setInputFiles(PHOTO);
    if (javaScriptEnabled) await page.getByText(/^Klaar\./).waitFor();
    await pointer.press(page, nextButton(page));
    await pointer.press(page, page.locator('main').getByRole('button', { name: 'Vorige stap' }));
    const line = await page.locator('main li').filter({ hasText: 'scherm.png' }).innerText();
    const [, megabytes] = /([\d,]+) MB/.exec(line) ?? assert.fail(line);
    const size = Number(megabytes.replace(',', '.')) * MEGABYTE;
    if (javaScriptEnabled) assert.ok(size < 0.5 * PHOTO.buffer.length, line);
    else assert.ok(Math.abs(size - PHOTO.buffer.length) < 0.1 * PHOTO.buffer.length, line);
    assert.deepEqual(offences, []);
  }, { javaScriptEnabled });
}

withForm('without scripts nothing is there that does nothing', async (page) => {
  const isDead = (shown) => shown.locator('button[type=button]:visible, main [hidden]:visible').count();
  await walkRequired(page, pointer, {
    until: async (shown) => {
      assert.equal(await isDead(shown), 0, await shown.title());
      assert.ok(!(await keepQuestion(shown).isVisible()), await shown.title());
      assert.equal(await shown.getByText(/Drie keer achter elkaar op Shift/).filter({ visible: true }).count(), 0);
      return false;
    },
  });
  await page.getByRole('link', { name: 'Verlaat deze pagina snel' }).click();
  await page.waitForURL(NEUTRAL);
}, { javaScriptEnabled: false });

async function openSecondPart(page) {
  await page.goto(portal.at('/melden/'));
  await walkRequired(page, pointer);
  await pointer.press(page, sendButton(page));
  await pointer.press(page, page.getByRole('button', { name: 'Vertel meer' }));
}

/** What is typed is kept after a pause. */
async function waitUntilKept(page, text) {
  await page.waitForFunction((words) => Object.values(globalThis.localStorage).join().includes(words), text);
}
