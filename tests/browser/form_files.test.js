// What is written and what is stored of every form, against the schemas that the program prints, with a
// validator, a YAML reader and a reader of age files that others wrote.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import { Decrypter, armor } from 'age-encryption';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

import { openPage, startBrowser } from './browser.js';
import { Choices, walkForm } from './form_walk.js';
import { pointer } from './hands.js';
import { copyOfPortal, startPortal } from './portal.js';
import { offeredForms } from './portal_forms.js';
import { detailsButton, sendButton } from './report_form.js';

const TEST_LIMIT_MS = 120_000;
// The second takes other options than the first, and English.
const WALKS = 2;
const SIZES = ['uint32', 'uint64', 'int16', 'int8', 'int64'];

const root = copyOfPortal();
const portal = await startPortal({ root });
portal.addPerson('Anna de Vries', ['coordinator', 'confidential_adviser', 'senior_manager', 'support_team_member']);

after(async () => {
  await portal.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Returns a function that tells what a schema has against a value. */
function validator(schema) {
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  addFormats(ajv);
  for (const size of SIZES) ajv.addFormat(size, true);
  const validate = ajv.compile(schema);
  return (value) =>
    validate(value) ? [] : validate.errors.map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

const fits = validator(JSON.parse(portal.program('schema', 'form')));
const files = readdirSync(path.join(root, 'forms')).filter((name) => name !== 'lifecycle.yaml');

test('every form that is shipped fits the schema of form files', () => {
  assert.ok(files.length >= 7, files.join());
  for (const name of files) assert.deepEqual(fits(parse(source(name))), [], name);
});

const BREAKAGES = [
  ['a kind that is not there', 'incident', 'kind: choices', 'kind: multiple'],
  ['a key that is not there', 'incident', '\nversion: ', '\ncolour: red\nversion: '],
  ['no version', 'incident', /\nversion: \d+/, ''],
  ['a version that is no number', 'incident', /\nversion: \d+/, '\nversion: two'],
  ['an address with a slash', 'incident', 'address: melden', 'address: melden/snel'],
  ['a language that is not there', 'incident', 'languages: [nl, en]', 'languages: [nl, fr]'],
  ['a privacy class that is not there', 'incident', 'privacy: P1', 'privacy: P9'],
  ['required that is neither yes nor no', 'incident', 'required: true', 'required: perhaps'],
  ['a check that is not there', 'incident', 'checks: [no_bsn, no_email]', 'checks: [no_iban]'],
  ['a length of nothing', 'incident', 'max_length: 60', 'max_length: 0'],
  ['a text without a language', 'incident', 'title: { nl:', 'title: { de:'],
  ['a choice without options', 'feedback', /\n {8}options:\n[^]*?(?=\n {6}- name)/, ''],
  ['a name with capitals', 'incident', 'name: help_now', 'name: Help Now'],
  ['no pages', 'peiling', /\npages:[^]*/, '\n'],
  ['too many items in a group', 'werkoverleg', 'most: 10', 'most: 21'],
  ['kept for no time', 'bel-mij', 'keep: { days: 14 }', 'keep: { days: 0 }'],
  ['kept for weeks', 'bel-mij', 'keep: { days: 14 }', 'keep: { weeks: 2 }'],
  ['something else than a report or a submission', 'bel-mij', 'sends: submission', 'sends: pigeon'],
  ['a submission without a confirmation', 'feedback', /confirmation:\n[^]*?\npages:/, 'pages:'],
  ['a submission that is kept for ever', 'feedback', /\nkeep: .*/, ''],
  ['practice with questions of its own', 'praktijk', /$/, '\npages: []\n'],
  ['days that are never', 'werkoverleg', 'days: past', 'days: never'],
];

for (const [what, name, from, to] of BREAKAGES) {
  test(`a form with ${what} is refused by the schema and by the program`, { timeout: TEST_LIMIT_MS }, () => {
    const file = `${name}.yaml`;
    const before = source(file);
    const broken = before.replace(from, to);
    assert.notEqual(broken, before, 'nothing was broken');
    assert.notDeepEqual(fits(parse(broken)), [], 'the schema takes it');
    writeFileSync(path.join(root, 'forms', file), broken);
    const out = mkdtempSync(path.join(tmpdir(), 'meldwijzer-out-'));
    try {
      const error = thrown(() => portal.program('build', '--output', path.join(out, 'public')));
      assert.match(error, new RegExp(`forms/${name}\\.yaml`), 'the program says where it is');
    } finally {
      writeFileSync(path.join(root, 'forms', file), before);
      rmSync(out, { recursive: true, force: true });
    }
  });
}

test('what is stored of every form fits the schema of its answers', { timeout: TEST_LIMIT_MS }, async () => {
  const browser = await startBrowser();
  try {
    for (const { title, nl, en } of await offeredForms(portal, browser)) {
      const choices = new Choices();
      for (let walks = 0; walks < WALKS; walks += 1) {
        const before = new Set(portal.stored());
        await send(browser, walks % 2 ? en : nl, choices);
        const added = portal.stored().filter((name) => !before.has(name));
        const stored = await openStored(added);
        assert.equal(stored.length, title === 'Oefenen met melden' ? 0 : 1, `${title}: ${added}`);
        for (const { form, answers } of stored) {
          const told = validator(JSON.parse(portal.reports('schema', form)));
          assert.deepEqual(told(answers), [], `${title}: ${JSON.stringify(answers, undefined, 1)}`);
          assert.notDeepEqual(told({ ...answers, invented: 'x' }), [], 'a question that is not asked');
        }
      }
    }
  } finally {
    await browser.close();
  }
});

async function send(browser, address, choices) {
  const page = await openPage(browser, { javaScriptEnabled: false });
  await page.goto(address);
  await walkForm(page, pointer, choices);
  await pointer.press(page, sendButton(page));
  const details = detailsButton(page);
  if (await details.count()) {
    await pointer.press(page, details);
    await walkForm(page, pointer, choices);
    await pointer.press(page, sendButton(page));
  }
  await page.context().close();
}

/** Opens what was added to the data folder: the form and the answers of each report and submission. */
async function openStored(added) {
  const cases = new Set(added.filter((name) => portal.cases().includes(name)));
  const reports = [...cases].map((id) => ({ form: 'incident', answers: portal.openCase(id).answers }));
  const sent = added.filter((name) => /^[^/]+\/\w+-\d+\.json$/.test(name) && !cases.has(name.split('/')[0]));
  const submissions = await Promise.all(sent.map(openSubmission));
  return [...reports, ...submissions];
}

async function openSubmission(name) {
  const file = JSON.parse(readFileSync(path.join(portal.data, 'submissions', name), 'utf8'));
  const decrypter = new Decrypter();
  decrypter.addIdentity(/^AGE-SECRET-KEY-\S+/m.exec(readFileSync(portal.recoveryKey, 'utf8'))[0]);
  const contents = JSON.parse(await decrypter.decrypt(armor.decode(file.state.kept.sealed), 'text'));
  return { form: name.split('/')[0], answers: contents.answers };
}

function source(name) {
  return readFileSync(path.join(root, 'forms', name), 'utf8');
}

/** What a call says when it fails. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    return String(error.stderr ?? error.message);
  }
  return assert.fail('the program takes it');
}
