// Walks any form of the portal the way a person does who has never seen it: reads labels and legends, and
// gives each question an answer that fits its kind. It knows no form, no field and no option.

import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';

import { ADDRESS, PHONE, nextButton, sendButton, summary, yesterday } from './report_form.js';

// The longest form has fewer pages than this, both parts together.
const MOST_PAGES = 45;

const OPTIONAL = /\((?:niet verplicht|optional)\)/i;
const ANOTHER_DAY = /andere dag|another day/i;
const NOT_EXACTLY = /niet precies|not know exactly/i;
const TIME = /^(?:tijd|time)\b/i;
const ADD = /^(?:toevoegen|nog een toevoegen|add|add another)\b(?! (?:aan|to) )/i;
const REMOVE = /^(?:haal weg|remove)\b/i;

/** Which options were chosen before, so that each walk through a form chooses others. */
export class Choices {
  #times = new Map();

  /** Returns the option that was chosen least, the first of those. */
  choose(options) {
    const times = (option) => this.#times.get(option.id + option.value) ?? 0;
    const chosen = options.reduce((least, option) => (times(option) < times(least) ? option : least));
    this.#times.set(chosen.id + chosen.value, times(chosen) + 1);
    return chosen;
  }
}

/** The form that asks, on a page that may have others, such as the one that closes My report. */
export const form = (page) => page.locator('main form[novalidate]');

/** What is asked on the page, in the order in which it stands there, without what cannot be seen. */
export function readControls(page) {
  return form(page).evaluate(controlsOf);
}

/** In the page: every control that is shown, with the words that belong to it. */
function controlsOf(asking) {
  const words = (element) => element.textContent.replaceAll(/\s+/g, ' ').trim();
  const shown = [...asking.querySelectorAll('input:not([type=hidden]), select, textarea')];
  return shown.filter((control) => control.checkVisibility()).map((control) => {
    const legends = [];
    for (let set = control.closest('fieldset'); set; set = set.parentElement.closest('fieldset')) {
      legends.push(words(set.querySelector('legend')));
    }
    const options = [...(control.options ?? [])].map(({ value, text }) => ({ value, text }));
    return {
      id: control.id,
      // Choices that go together have one name.
      set: control.name,
      type: control.type,
      inputMode: control.inputMode,
      label: words(control.labels[0] ?? document.createElement('p')),
      legends,
      options,
      value: control.value,
      checked: control.checked === true,
      required: control.getAttribute('aria-required') === 'true',
      apart: Boolean(control.closest('.option')?.previousElementSibling?.matches('.options-or')),
    };
  });
}

const isChoice = ({ type }) => type === 'radio' || type === 'checkbox';
const isRequired = ({ label, legends }) => ![label, ...legends].some((text) => OPTIONAL.test(text));
const withoutMark = (text) => text.replace(OPTIONAL, '').trim();

/** The questions of a page: legends and labels of what stands outside of any group, and headings that only tell. */
export async function questionsOf(page) {
  const controls = await readControls(page);
  const asked = controls.flatMap(({ label, legends }) => [label, ...legends]);
  const told = await form(page).locator('.callout-title').allInnerTexts();
  return [...asked, ...told].map((text) => withoutMark(text.trim()));
}

/** Answers everything on the page. With `onlyOptional` what must be answered is left open. */
export async function answerPage(page, hands, choices, { onlyOptional = false } = {}) {
  const wanted = (control) => !onlyOptional || !isRequired(control);
  const answered = new Set();
  // Choosing an answer may bring up another question, such as what "something else" is.
  for (let rounds = 0; rounds < 3; rounds += 1) {
    const controls = (await readControls(page)).filter(wanted);
    for (const control of controls) {
      const key = control.type === 'radio' ? control.set : control.id;
      if (answered.has(key)) continue;
      answered.add(key);
      await answer(page, hands, choices, control, controls);
    }
  }
}

async function answer(page, hands, choices, control, controls) {
  const input = page.locator(`[id="${control.id}"]`);
  if (control.type === 'radio') {
    const options = controls.filter(({ type, set }) => type === 'radio' && set === control.set);
    return hands.tick(page, page.locator(`[id="${choices.choose(options).id}"]`));
  }
  if (control.type === 'checkbox') return control.apart ? undefined : hands.tick(page, input);
  if (control.type === 'file') return input.setInputFiles(picture('bewijs.png', 20, 20));
  const now = await readControls(page);
  const chosen = chosenBeside(now, control);
  if (control.type === 'select-one') {
    // A time of the clock says it already, and with words nobody knows it.
    if (NOT_EXACTLY.test(chosen ?? '') || timeBeside(now, control)) return undefined;
    return hands.select(page, input, choices.choose(control.options.map((option) => ({ id: control.id, ...option }))).value);
  }
  if (TIME.test(control.label) && choices.choose(['typed', 'left'].map((value) => ({ id: control.id, value }))).value === 'left') {
    return undefined;
  }
  const text = textFor(control, chosen);
  return text === undefined ? undefined : hands.type(page, input, text);
}

/** The label of the option that is chosen in the same question as a typed part, if it has options. */
function chosenBeside(controls, { legends }) {
  const beside = controls.filter(({ type, legends: others }) => type === 'radio' && others[0] === legends[0]);
  if (beside.length === 0) return undefined;
  return beside.find(({ checked }) => checked)?.label ?? '';
}

/** Whether a time is typed in the same question. */
function timeBeside(controls, { legends }) {
  return controls.some(({ label, legends: others, value }) => TIME.test(label) && others[0] === legends[0] && value);
}

/** A text that fits its label, or nothing for a part that does not go with what was chosen. */
function textFor({ type, inputMode, label }, chosen) {
  if (type === 'tel') return PHONE;
  if (type === 'email') return ADDRESS;
  const date = yesterday();
  const parts = [[/^(?:dag|day)$/i, date.day], [/^(?:maand|month)$/i, date.month], [/^(?:jaar|year)$/i, date.year]];
  const part = parts.find(([words]) => words.test(label));
  if (part) return chosen === undefined || ANOTHER_DAY.test(chosen) ? part[1] : undefined;
  if (/ongeveer\?|roughly\?/i.test(label) && chosen !== undefined) {
    return NOT_EXACTLY.test(chosen) ? 'Ergens vorige week' : undefined;
  }
  if (TIME.test(label)) return NOT_EXACTLY.test(chosen ?? '') ? undefined : '14.30';
  if (inputMode === 'numeric') return '2';
  if (inputMode === 'decimal') return '12,50';
  if (type === 'textarea') return `Over: ${label.slice(0, 40)}\n<b>Twee</b> regels & een "teken"`;
  return `Antwoord <op> '${label.slice(0, 20)}'`;
}

/** What stands in the controls of the page, by id, without what was not filled in. */
export async function typedOn(page) {
  const controls = await readControls(page);
  const filled = controls.filter((control) => (isChoice(control) ? control.checked : control.value));
  return Object.fromEntries(filled.map(({ id, type, value }) => [id, type === 'file' ? 'a file' : value]));
}

/** Presses the button that goes on; what was answered must be taken. */
export async function goOn(page, hands) {
  const before = await page.title();
  await hands.press(page, nextButton(page));
  assert.deepEqual(await summary(page).allInnerTexts(), [], `the answers on "${before}" were refused`);
}

/**
 * Goes from the page that is shown to the one where answers are checked, answering everything. `visit` is
 * called on every page before it is filled in, and `leaveOpen` on pages where something must be answered.
 * Returns the questions that were met.
 */
export async function walkForm(page, hands, choices, { visit = () => {}, leaveOpen } = {}) {
  const met = new Set();
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    await visit(page);
    if (await sendButton(page).count()) return met;
    if (leaveOpen && (await readControls(page)).some(isRequired)) await leaveOpen(page);
    await answerPage(page, hands, choices);
    for (const question of await questionsOf(page)) met.add(question);
    if (await addButton(page).count()) await addItem(page, hands, choices);
    await goOn(page, hands);
  }
  return assert.fail(`no check page after ${MOST_PAGES} pages, at "${await page.title()}"`);
}

/**
 * Answers only what the page marks as required, with the first answer that is there. Returns those questions
 * and how often something was chosen or typed.
 */
export async function answerRequired(page, hands) {
  const questions = new Map();
  for (const control of (await readControls(page)).filter(isRequired)) {
    const question = control.legends.at(-1) ?? control.label;
    if (!questions.has(question)) questions.set(question, control);
  }
  for (const control of questions.values()) {
    const input = page.locator(`[id="${control.id}"]`);
    if (isChoice(control)) await hands.tick(page, input);
    else await hands.type(page, input, textFor(control, undefined));
  }
  return { questions: [...questions.keys()], actions: questions.size };
}

/**
 * Goes from the page that is shown to the one where answers are checked, answering only what is required.
 * Stops early where `until` says so. Returns the questions, and the number of actions and of screens.
 */
export async function walkRequired(page, hands, { until = async () => false } = {}) {
  const walked = { questions: [], actions: 0, screens: 0 };
  for (; walked.screens < MOST_PAGES; walked.screens += 1) {
    if ((await sendButton(page).count()) || (await until(page))) return walked;
    const { questions, actions } = await answerRequired(page, hands);
    walked.questions.push(...questions);
    walked.actions += actions + 1;
    await goOn(page, hands);
  }
  return assert.fail(`no check page after ${MOST_PAGES} pages, at "${await page.title()}"`);
}

const addButton = (page) => form(page).locator('fieldset').getByRole('button', { name: ADD });

/** Adds another item to the group on the page, fills it in, and takes the first away again. */
async function addItem(page, hands, choices) {
  const before = await typedOn(page);
  await hands.press(page, addButton(page));
  assert.deepEqual(await typedOn(page), before, 'adding an item lost what was typed');
  await answerPage(page, hands, choices);
  const removes = form(page).getByRole('button', { name: REMOVE });
  assert.equal(await removes.count(), 2, 'buttons that take an item away');
  const second = await inputsOfItem(page, 2);
  await hands.press(page, removes.first());
  assert.deepEqual(await inputsOfItem(page, 1), second, 'the second item is the first now');
}

/** What is filled in for one item of a group: its labels with what was typed. */
async function inputsOfItem(page, number) {
  const controls = await readControls(page);
  const items = [...new Set(controls.filter(({ legends }) => legends.length > 1).map(({ legends }) => legends.at(-2)))];
  const own = controls.filter(({ legends }) => legends.at(-2) === items[number - 1]);
  return own.map(({ label, value }) => [label, value]);
}

/** A PNG picture of one colour, or of noise that nothing can make small. */
export function picture(name, width, height, noise = undefined) {
  const line = (at) => Buffer.concat([
    Buffer.from([0]),
    noise ? noise.subarray(at * width * 3, (at + 1) * width * 3) : Buffer.alloc(width * 3, 0x7f),
  ]);
  const lines = Buffer.concat(Array.from({ length: height }, (_, at) => line(at)));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [['IHDR', header], ['IDAT', deflateSync(lines)], ['IEND', Buffer.alloc(0)]];
  const buffer = Buffer.concat([signature, ...chunks.map(([kind, data]) => chunk(kind, data))]);
  return { name, mimeType: 'image/png', buffer };
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** The check of ISO 3309 that PNG uses; Node has one only since version 22. */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
