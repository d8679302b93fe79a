// What a screen reader reads on each page of a form, in the order in which it reads it.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { openPage, startBrowser } from './browser.js';
import { Choices, readControls, walkForm } from './form_walk.js';
import { pointer } from './hands.js';
import { startPortal } from './portal.js';
import { detailsButton, nextButton, sendButton, summary } from './report_form.js';

const TEST_LIMIT_MS = 120_000;

const portal = await startPortal();
portal.addPerson('Anna de Vries', ['coordinator']);
const browser = await startBrowser();

after(async () => {
  await browser.close();
  await portal.stop();
});

for (const { name, address, javaScriptEnabled } of [
  { name: 'the report in Dutch, without scripts', address: '/melden/?bron=Zaaksysteem', javaScriptEnabled: false },
  { name: 'the report in English, with scripts', address: '/en/melden/?bron=System', javaScriptEnabled: true },
  { name: 'the feedback of a team meeting', address: '/werkoverleg/', javaScriptEnabled: false },
]) {
  test(name, { timeout: TEST_LIMIT_MS }, async () => {
    const page = await openPage(browser, { javaScriptEnabled });
    const visit = async () => {
      const title = await page.title();
      const heard = await heardOn(page);
      assert.deepEqual(missingInOrder(heard, await expectedOn(page)), [], `on "${title}":\n${heard.join('\n')}`);
      assert.deepEqual(hiddenButHeard(heard), [], `on "${title}"`);
      assert.deepEqual(await nameless(page), [], `on "${title}"`);
    };
    const leaveOpen = async () => {
      await pointer.press(page, nextButton(page));
      await visit();
    };
    await page.goto(portal.at(address));
    const choices = new Choices();
    await walkForm(page, pointer, choices, { visit, leaveOpen });
    await pointer.press(page, sendButton(page));
    const details = detailsButton(page);
    if (await details.count()) {
      await pointer.press(page, details);
      await walkForm(page, pointer, choices, { visit, leaveOpen });
    }
    await page.context().close();
  });
}

/** What is read, one element or text after another. */
async function heardOn(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const known = new Map(nodes.map((node) => [node.nodeId, node]));
  const heard = [];
  const read = ({ ignored, role, name, description, childIds = [] }) => {
    if (!ignored && !['RootWebArea', 'InlineTextBox', 'none', 'generic'].includes(role.value)) {
      const words = [role.value, name?.value, description?.value].filter(Boolean);
      heard.push(words.join(' | ').replaceAll(/\s+/g, ' '));
    }
    for (const child of childIds.map((id) => known.get(id)).filter(Boolean)) read(child);
  };
  read(nodes[0]);
  return heard;
}

/** What must be read, in this order: each a text that one line has to hold. */
async function expectedOn(page) {
  const errors = await summary(page).count();
  const controls = await readControls(page);
  const asked = await page.locator('main form[novalidate] .field').evaluateAll(questionsInOrder);
  const step = await page.locator('.stepper-step').innerText();
  // A heading that is the legend of the only question is read within its group.
  const headings = await page.locator('h1:not(legend h1)').allInnerTexts();
  const buttons = await page.locator('main form[novalidate] .form-buttons button').allInnerTexts();
  const isFirst = controls.length > 0 && (await page.locator('.before').count()) > 0;
  return [
    /^link \| (Naar de inhoud|Skip to content)$/,
    /^link \| (Verlaat deze pagina snel|Leave this page quickly)/,
    'main',
    ...(errors ? [/^alert \| (Verbeter de fouten|Correct the errors)/] : []),
    step,
    ...headings.map((heading) => `heading | ${heading}`),
    ...(isFirst ? ['list'] : []),
    ...asked,
    ...buttons.map((text) => `button | ${text.trim()}`),
    'contentinfo',
  ];
}

/** In the page: for each question its label or legend, its hint, its error, what is filled in, and why. */
function questionsInOrder(fields) {
  const words = (element) => element.textContent.replaceAll(/\s+/g, ' ').trim();
  const own = (field, selector) =>
    [...field.querySelectorAll(selector)].filter((found) => found.closest('.field') === field && found.checkVisibility());
  const around = (field) => field.parentElement.closest('.field');
  const heard = (field) => {
    const legend = own(field, 'fieldset > legend')[0];
    const label = legend ?? own(field, 'label')[0];
    const notes = own(field, ':scope > .hint, :scope > fieldset > .hint, .error-message').filter((note) => words(note));
    const inputs = own(field, 'input:not([type=hidden]), textarea, select');
    const names = inputs.map((input) => words(input.labels[0]));
    const why = own(field, 'summary')[0];
    return [
      // A legend is the name of its group, and so is said with the group.
      legend ? `group | ${words(label)}` : label.firstChild.textContent.trim(),
      ...notes.flatMap((note) => (note.children.length > 1 ? [] : [note.lastChild.textContent.trim()])),
      ...names,
      // The questions of a group, before why the group is asked.
      ...[...field.querySelectorAll('.field')].filter((inner) => around(inner) === field).flatMap(heard),
      ...(why ? [words(why)] : []),
    ];
  };
  return fields.filter((field) => !around(field)).flatMap(heard);
}

/** Returns what is not heard after what comes before it. */
function missingInOrder(heard, expected) {
  let from = 0;
  const missing = [];
  for (const wanted of expected) {
    const holds = (line) => (typeof wanted === 'string' ? line.includes(wanted) : wanted.test(line));
    const at = heard.findIndex((line, place) => place >= from && holds(line));
    if (at < 0) missing.push(`${wanted}, after "${heard[from - 1] ?? ''}"`);
    else from = at + 1;
  }
  return missing;
}

/** What no ear should meet: what is closed, or shows only once a script or an answer needs it. */
function hiddenButHeard(heard) {
  const hidden = /Bewaard op dit apparaat|Saved on this device|Je hebt hier nog antwoorden staan|You have a saved draft|is al verstuurd|already been sent|(Wie ziet dit|Who sees this)\?/;
  return heard.filter((line) => hidden.test(line));
}

/** What does not say what it is for. */
async function nameless(page) {
  const heard = await heardOn(page);
  return heard.filter((line) => /^(radio|checkbox|textbox|combobox|button|link|radiogroup|region|heading)$/.test(line));
}
