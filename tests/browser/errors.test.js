// What somebody sees when something goes wrong: a wrong address, a wrong answer, too much of it.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, test } from 'node:test';

import { axeComplaints, axeComplaintsOfScriptless, htmlComplaints } from './audit.js';
import { collectDocuments, openPage, startBrowser } from './browser.js';
import { summaryLines } from './error_summary.js';
import { pointer } from './hands.js';
import { startPortal } from './portal.js';
import { goToQuestion, nextButton, summary } from './report_form.js';

const TEST_LIMIT_MS = 60_000;
// Far more than any form may be; announced, and never sent.
const TOO_MANY_BYTES = 50_000_000;

const portal = await startPortal();
const browser = await startBrowser();
const documents = new Map();

after(async () => {
  await browser.close();
  await portal.stop();
});

test('an address that does not exist', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser);
  const response = await page.goto(new URL('bestaat-niet/', portal.home).href);
  assert.equal(response.status(), 404);
  documents.set('404', await response.text());
  await checkErrorPage(page);
  await page.context().close();
});

test('a method that a page does not have', { timeout: TEST_LIMIT_MS }, async () => {
  const response = await fetch(portal.home, {
    method: 'DELETE',
    headers: { origin: portal.origin },
  });
  assert.equal(response.status, 405);
  assert.match(response.headers.get('allow') ?? '', /GET/);
  await checkErrorDocument('405', await response.text());
});

test('a form that is far too large', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser);
  const { action } = await openForm(page);
  await page.context().close();
  const { head, body } = await announce(action, TOO_MANY_BYTES);
  assert.match(head, /^HTTP\/1\.1 413 /);
  await checkErrorDocument('413', body);
  assert.deepEqual(portal.cases(), []);
});

test('a form that another site sends', { timeout: TEST_LIMIT_MS }, async () => {
  const page = await openPage(browser);
  const { action } = await openForm(page);
  await page.context().close();
  const response = await fetch(action, {
    method: 'POST',
    headers: {
      origin: 'https://elders.example',
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'cross-site',
    },
    body: 'go=submit',
  });
  assert.ok(response.status >= 400 && response.status < 500, `status ${response.status}`);
  assert.deepEqual(portal.cases(), []);
});

for (const javaScriptEnabled of [false, true]) {
  const scripts = javaScriptEnabled ? 'with scripts' : 'without scripts';

  test(`a question left open, ${scripts}`, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, { javaScriptEnabled });
    const collected = collectDocuments(page, documents, `a question left open ${scripts}`);
    await openForm(page);
    await goToQuestion(page, pointer, /gebeurd/i);
    await pointer.press(page, nextButton(page));
    await checkSummary(page, javaScriptEnabled);

    // The link of the summary leads into the question.
    await summary(page).getByRole('link').first().click();
    const focused = page.locator(':focus');
    assert.match(await focused.evaluate((element) => element.localName), /^(input|select|textarea)$/);
    await collected();
    await page.context().close();
  });

  test(`a wrong date, ${scripts}`, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, { javaScriptEnabled });
    const collected = collectDocuments(page, documents, `a wrong date ${scripts}`);
    await openForm(page);
    await goToQuestion(page, pointer, /wanneer/i);
    await pointer.tick(page, page.getByLabel('Op een andere dag'));
    const typed = { dag: '45', maand: '13', jaar: 'twee <b>"duizend"</b>' };
    for (const [part, text] of Object.entries(typed)) {
      await page.locator('main').getByLabel(new RegExp(`^${part}`, 'i')).fill(text);
    }
    await pointer.press(page, nextButton(page));
    await checkSummary(page, javaScriptEnabled);
    for (const [part, text] of Object.entries(typed)) {
      const field = page.locator('main').getByLabel(new RegExp(`^${part}`, 'i'));
      assert.equal(await field.inputValue(), text, `what was typed as ${part}`);
    }
    await collected();
    await page.context().close();
  });
}

test('every error page is valid HTML', { timeout: TEST_LIMIT_MS }, async () => {
  assert.ok(documents.size >= 5, [...documents.keys()].join());
  assert.deepEqual(await htmlComplaints(documents), []);
});

/** Opens the first page of the form by way of the Melden button. */
async function openForm(page) {
  await page.goto(portal.home);
  const melden = page.locator('header').getByRole('link', { name: /^melden$/i }).first();
  await pointer.follow(page, melden);
  const form = page.locator('main form').first();
  return { action: await form.evaluate((element) => element.action) };
}

async function checkSummary(page, javaScriptEnabled) {
  await summaryLines(page);
  if (javaScriptEnabled) {
    assert.deepEqual(await axeComplaints(page), []);
  } else {
    const auditor = await openPage(browser);
    assert.deepEqual(await axeComplaintsOfScriptless(page, auditor), []);
    await auditor.context().close();
  }
}

/** An error page has the look of the portal, and a way on. */
async function checkErrorPage(page) {
  assert.equal(await page.locator('h1').count(), 1);
  assert.ok(await page.locator('header').getByRole('link', { name: /^melden$/i }).first().isVisible());
  assert.ok((await page.locator('link[rel=stylesheet]').count()) > 0, 'style sheet');
  assert.deepEqual(await axeComplaints(page), []);
}

/** The same for a document that a browser does not get by going to an address. */
async function checkErrorDocument(name, html) {
  documents.set(name, html);
  const page = await openPage(browser);
  const address = new URL(`fout-${name}/`, portal.home).href;
  await page.route(address, (route) =>
    route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
  );
  await page.goto(address);
  await checkErrorPage(page);
  await page.context().close();
}

/** Announces a body, sends none of it, and resolves to the answer. */
function announce(address, bytes) {
  const { hostname, port, host, pathname, origin } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), hostname);
    let answer = '';
    const finish = () => {
      socket.destroy();
      const end = answer.indexOf('\r\n\r\n');
      resolve({ head: answer.slice(0, end), body: answer.slice(end + 4) });
    };
    const whole = () => {
      const end = answer.indexOf('\r\n\r\n');
      const length = /^content-length: *(\d+)/im.exec(answer.slice(0, Math.max(end, 0)));
      return end >= 0 && length && Buffer.byteLength(answer.slice(end + 4)) >= Number(length[1]);
    };
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      answer += text;
      if (whole()) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error) => (answer ? finish() : reject(error)));
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\n` +
        'Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n' +
        `Content-Length: ${bytes}\r\n\r\n`,
    );
  });
}
