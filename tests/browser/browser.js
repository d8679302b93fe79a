// Debian's Chromium, and what every page that it shows must keep to.

import { chromium } from 'playwright-core';

// Nothing here waits for a network; what takes longer than this will not come.
const PATIENCE_MS = 15_000;

/** Starts Chromium with a fresh profile and without connections of its own. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Opens an empty page in a context of its own; `options` are those of Playwright's `newContext`. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'nl-NL',
    timezoneId: 'Europe/Amsterdam',
    // Colours are compared and places measured: not in the middle of a movement.
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return context.newPage();
}

/** Keeps what a page does that it should not: script errors, refused resources, other hosts. */
export function watch(page, origin) {
  const offences = [];
  page.on('console', (message) => {
    if (message.type() === 'error') offences.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => offences.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // Leaving a page stops what it was still loading.
    if (reason !== 'net::ERR_ABORTED') offences.push(`failed: ${request.url()} ${reason}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !['data:', 'blob:', 'about:'].includes(url.protocol)) {
      offences.push(`other host: ${url.href}`);
    }
  });
  return offences;
}

/** Returns by how many pixels the page is wider than the window. */
export function overflow(page) {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}

/**
 * Keeps the source of every document that a page gets in `documents`, a map from a name to HTML.
 * Returns a function that resolves when all of them are there.
 */
export function collectDocuments(page, documents, name) {
  const reading = [];
  page.on('response', (response) => {
    const request = response.request();
    const isSaved = 'content-disposition' in response.headers();
    const isRedirect = response.status() === 303;
    if (request.resourceType() !== 'document' || isSaved || isRedirect) return;
    const key = `${name}, document ${reading.length + 1}: ${request.method()} ${response.url()}`;
    reading.push(
      response.text().then(
        (html) => documents.set(key, html),
        (error) => {
          // The browser forgets a page that was left, such as one that Back passes by.
          if (!error.message.includes('No resource with given identifier')) throw error;
        },
      ),
    );
  });
  return () => Promise.all(reading);
}
