// Which forms the portal offers: found by following its own links, as somebody does who looks around.

import { openPage } from './browser.js';

const FIRST_STEP = /<title>\s*(?:Stap 1 van|Step 1 of) \d+/;

/**
 * Returns the forms that pages of the portal link to, each with its heading in Dutch, and its address in
 * Dutch and in English.
 */
export async function offeredForms(portal, browser) {
  const page = await openPage(browser, { javaScriptEnabled: false });
  const pages = await portal.sitemap();
  const linked = new Set();
  for (const address of pages) {
    await page.goto(address);
    const links = await page.locator('a[href^="/"]').evaluateAll((found) => found.map(({ pathname }) => pathname));
    for (const link of links) linked.add(portal.at(link));
  }
  const forms = new Map();
  for (const address of linked) {
    if (pages.includes(address)) continue;
    // Asked for before it is opened: it can be a download, or a short address that leads on.
    const response = await fetch(address);
    if (!FIRST_STEP.test(await response.text())) continue;
    await page.goto(address);
    const nl = await inLanguage(page, portal, 'nl', address);
    const en = await inLanguage(page, portal, 'en', address);
    await page.goto(nl);
    forms.set(nl, { title: await page.locator('h1').innerText(), nl, en });
  }
  await page.context().close();
  return [...forms.values()].sort((one, other) => one.title.localeCompare(other.title));
}

async function inLanguage(page, portal, language, address) {
  if ((await page.locator('html').getAttribute('lang')) === language) return address;
  return portal.at(await page.locator(`a[hreflang="${language}"]`).first().getAttribute('href'));
}
