// The files that people write, against the schemas that `init` puts beside them: everything that ships fits, and what
// the program refuses for its shape the schemas refuse too.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';

import { PROGRAM } from './portal.js';

const TEST_LIMIT_MS = 60_000;
const scratch = mkdtempSync(path.join(tmpdir(), 'meldwijzer-schemas-'));
const root = path.join(scratch, 'portaal');
execFileSync(PROGRAM, ['init', root, '--organisation', 'Waterschap', '--languages', 'nl,en']);

after(() => rmSync(scratch, { recursive: true }));

const read = (file) => readFileSync(path.join(root, file), 'utf8');

/** Returns a function that tells what the schema with this name has against a value. */
function validator(name) {
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  const validate = ajv.compile(JSON.parse(read(`schemas/${name}.json`)));
  return (value) => (validate(value) ? [] : validate.errors);
}

const NAMES = ['site', 'front-matter', 'form', 'lifecycle', 'messages', 'calendar', 'glossary', 'synonyms'];
const validators = Object.fromEntries(NAMES.map((name) => [name, validator(name)]));

/** Returns every file below a folder with this ending. */
function files(folder, ending) {
  const found = readdirSync(path.join(root, folder), { recursive: true });
  return found.filter((file) => file.endsWith(ending)).map((file) => path.join(folder, file));
}

test('every file of a new portal fits the schema that it names', () => {
  let checked = 0;
  for (const file of ['site.yaml', ...files('forms', '.yaml'), ...files('content', '.yaml')]) {
    const text = read(file);
    const named = /^# yaml-language-server: \$schema=(.*)$/m.exec(text);
    const name = named ? path.basename(named[1], '.json') : path.basename(file, '.yaml');
    if (named) assert.doesNotThrow(() => read(path.join(path.dirname(file), named[1])), file);
    assert.deepEqual(validators[name](parse(text)), [], file);
    checked += 1;
  }
  assert.ok(checked > 10);
  const mapped = JSON.parse(read('.vscode/settings.json'))['yaml.schemas'];
  for (const schema of Object.keys(mapped)) assert.ok(JSON.parse(read(schema)).title, schema);
});

test('what stands above every page fits its schema', () => {
  const pages = files('content', '.md');
  assert.ok(pages.length > 50);
  for (const file of pages) {
    const [, above] = /^---\n([\s\S]*?)\n---\n/.exec(read(file));
    assert.deepEqual(validators['front-matter'](parse(above)), [], file);
  }
});

const MISTAKES = [
  ['site.yaml', 'site', 'titel: x\n'],
  ['site.yaml', 'site', 'keep: { names: { weeks: 2 } }\n'],
  ['site.yaml', 'site', 'keep: { names: { days: 2, months: 1 } }\n'],
  ['site.yaml', 'site', 'receiver: { connections: 0 }\n'],
  ['site.yaml', 'site', 'receiver: { connections: veel }\n'],
  ['site.yaml', 'site', 'production: misschien\n'],
  ['site.yaml', 'site', 'emergency: 112\n'],
  ['content/a.md', 'front-matter', 'titel: x\n'],
  ['content/a.md', 'front-matter', 'title: A\nkind: protocl\n'],
  ['content/a.md', 'front-matter', 'title: A\nreview: 1-2-2027\n'],
  ['content/a.md', 'front-matter', 'title: A\naudience: [iedereen]\n'],
  ['content/a.md', 'front-matter', 'title: A\nchanges: [{ note: x }]\n'],
  ['content/a.md', 'front-matter', 'title: A\nplain_language: { skip: all }\n'],
  ['content/messages.yaml', 'messages', 'messages: [{ id: a, title: A, text: B }]\n'],
  ['content/messages.yaml', 'messages', 'messages: [{ id: a, title: A, text: B, when: { months: 13 } }]\n'],
  ['content/calendar.yaml', 'calendar', 'events: [{ id: a, kind: feest, title: A, dates: 2027-01-01 }]\n'],
  ['content/calendar.yaml', 'calendar', 'events: [{ id: a, kind: tour, title: A }]\n'],
  ['content/glossary.yaml', 'glossary', '- { id: a, term: A }\n'],
  ['content/synonyms.yaml', 'synonyms', 'de: [[a, b]]\n'],
  ['content/synonyms.yaml', 'synonyms', 'nl: [[a]]\n'],
  ['forms/lifecycle.yaml', 'lifecycle', 'statuses: { open: { nl: x, en: x } }\n'],
];

for (const [file, name, text] of MISTAKES) {
  test(`${file} with ${JSON.stringify(text)} is refused by both`, { timeout: TEST_LIMIT_MS }, () => {
    assert.notDeepEqual(validators[name](parse(text)), [], 'the schema takes it');
    const before = file === 'content/a.md' ? null : read(file);
    const whole = name === 'site' ? replaced(before, text) : text;
    writeFileSync(path.join(root, file), name === 'front-matter' ? `---\n${text}---\nTekst.\n` : whole);
    try {
      const checked = spawnSync(PROGRAM, ['check', '--root', root], { encoding: 'utf8' });
      assert.equal(checked.status, 1, checked.stdout);
      assert.match(checked.stdout, new RegExp(`${file.replaceAll('.', '\\.')}:\\d`));
    } finally {
      if (before === null) rmSync(path.join(root, file));
      else writeFileSync(path.join(root, file), before);
    }
  });
}

/** Returns settings with a key in the place of the one of that name. */
function replaced(settings, line) {
  const key = line.slice(0, line.indexOf(':') + 1);
  const without = settings.replace(new RegExp(`^${key}.*\\n(  .*\\n)*`, 'm'), '');
  return without + line;
}
