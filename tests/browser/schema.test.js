// What the program stores, against the JSON Schemas that it prints, with a validator of others. A report
// is sent as a person does; it is exported sealed, and opened with the recovery key.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';

import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { openPage, startBrowser } from './browser.js';
import { pointer } from './hands.js';
import { startPortal } from './portal.js';
import { PHONE, fillInRequired, sendButton } from './report_form.js';

const TEST_LIMIT_MS = 120_000;
// Sizes of whole numbers, which the standard has no format for.
const SIZES = ['uint32', 'uint64', 'int16', 'int8'];

const portal = await startPortal();
const keyFile = path.join(portal.data, 'recovery-key.txt');

after(() => portal.stop());

/** Returns a function that tells what the schema with this name has against a value. */
function validator(name) {
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false });
  addFormats(ajv);
  for (const size of SIZES) ajv.addFormat(size, true);
  const validate = ajv.compile(JSON.parse(portal.reports('schema', name)));
  return (value) => (validate(value) ? [] : validate.errors.map(({ message }) => message));
}

function without(object, field) {
  const { [field]: _, ...rest } = object;
  return rest;
}

test('a report fits the schemas, sealed and opened', { timeout: TEST_LIMIT_MS }, async () => {
  const browser = await startBrowser();
  try {
    const page = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(portal.at('/melden/'));
    await fillInRequired(page, pointer, async () => {});
    await pointer.press(page, sendButton(page));
    await countOnly(page);
  } finally {
    await browser.close();
  }
  const [caseId] = portal.cases();
  assert.ok(caseId, 'nothing was stored');

  const event = validator('event');
  const sealed = JSON.parse(portal.reports('export'));
  assert.equal(sealed.cases.length, 1);
  const [{ events }] = sealed.cases;
  assert.deepEqual(events, eventFiles(caseId), 'the export differs from the files');
  for (const one of events) assert.deepEqual(event(one), []);
  assert.ok(!JSON.stringify(sealed).includes(PHONE));

  const exported = JSON.parse(portal.reports('export', caseId, '--key', keyFile));
  const { opened } = exported.cases[0];
  const contents = validator('contents');
  for (const { sequence, kind, body } of opened.entries) {
    assert.deepEqual(contents({ case: caseId, sequence, kind, ...body }), []);
  }
  const answers = validator('incident');
  assert.deepEqual(answers(opened.answers), []);
  assert.equal(opened.answers[fieldWith(opened.answers, PHONE)], PHONE);

  // Who opened it stands in the export itself, and on disk.
  const last = eventFiles(caseId).at(-1);
  assert.deepEqual([last.kind, last.actor.role], ['case_opened', 'recovery_holder']);
  assert.deepEqual(event(last), []);
  assert.equal(opened.history.at(-1).kind, 'case_opened');

  const [statistics] = filesIn('statistics', String(new Date().getFullYear()));
  assert.deepEqual(validator('statistics')(statistics), []);
  assert.notDeepEqual(validator('statistics')({ ...statistics, counts: 'twice' }), []);
  portal.run('people', 'add', '--name', 'Anna de Vries', '--role', 'coordinator');
  const [anna] = filesIn('people');
  assert.deepEqual(validator('person')(anna), []);
  assert.notDeepEqual(validator('person')({ ...anna, roles: ['gardener'] }), []);

  const lines = portal.reports('export', '--lines').trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.map((line) => line.case), [caseId]);

  broken({ event, contents, answers }, events[0], opened);
});

/** Changes what fits in every way that must not fit. */
function broken({ event, contents, answers }, first, opened) {
  const refused = (told, what) => assert.notDeepEqual(told, [], `${what} was accepted`);
  for (const field of ['format', 'case', 'sequence', 'kind', 'recorded_at', 'actor', 'open']) {
    refused(event(without(first, field)), `an event without ${field}`);
  }
  refused(event({ ...first, format: 2 }), 'another format');
  refused(event({ ...first, kind: 'report_lost' }), 'an unknown kind');
  refused(event({ ...first, case: 'nobody' }), 'a case that is no number');
  refused(event({ ...first, recorded_at: 'yesterday' }), 'a moment that is none');
  refused(event({ ...first, sealed: 'in the clear' }), 'a seal that is none');
  refused(event({ ...first, open: { ...first.open, sent: 'sha256:12' } }), 'half a digest');
  refused(event({ ...first, open: { ...first.open, recipient: 'Jan Jansen' } }), 'a name as code');

  const [{ sequence, kind, body }] = opened.entries;
  const whole = { case: opened.id, sequence, kind, ...body };
  refused(contents(without(whole, 'case')), 'contents of no case');
  refused(contents({ ...whole, text: 7 }), 'a number for words');

  refused(answers({ ...opened.answers, invented: 'x' }), 'a question that is not asked');
  for (const [field, answer] of Object.entries(opened.answers)) {
    const wrong = Array.isArray(answer) ? ['invented'] : { invented: answer };
    refused(answers({ ...opened.answers, [field]: wrong }), `another answer to ${field}`);
  }
  refused(answers({}), 'no answers');
}

function fieldWith(answers, value) {
  return Object.keys(answers).find((field) => answers[field] === value);
}

/** Opens the report that was just sent, and lets it be counted. */
async function countOnly(page) {
  const code = await page.locator('input[name="code"]').first().inputValue();
  await page.goto(portal.at('/melden/volgen/'));
  await page.getByLabel('Je code', { exact: true }).fill(code);
  await page.getByRole('button', { name: 'Bekijk mijn melding' }).click();
  await page.locator('#keuze-maken summary').click();
  await page.getByLabel('Alleen meetellen').check();
  await page.getByRole('button', { name: 'Keuze opslaan' }).click();
}

function eventFiles(caseId) {
  return filesIn('reports', caseId);
}

function filesIn(...parts) {
  const folder = path.join(portal.data, ...parts);
  const names = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
  return names.map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
}
