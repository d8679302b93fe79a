// axe and the Nu HTML checker, as functions from a page to a list of complaints.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const VALIDATOR = path.join(
  path.dirname(require.resolve('vnu-jar/package.json')),
  'build/dist/vnu.jar',
);
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// The validator reports on thousands of lines at worst.
const VALIDATOR_OUTPUT_LIMIT = 64 * 1024 * 1024;

/** Runs axe on the page as it stands; a complaint names the rule and the elements. */
export async function axeComplaints(page) {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(
    (rules) =>
      globalThis.axe.run(document, {
        runOnly: { type: 'tag', values: rules },
        resultTypes: ['violations'],
      }),
    RULES,
  );
  if (passes.length === 0) return ['axe checked nothing'];
  return violations.map(({ id, help, nodes }) => {
    const where = nodes
      .slice(0, 3)
      .map(({ target, html }) => `\n    ${target.join(' ')}: ${html.slice(0, 200)}`);
    return `${id} (${nodes.length}): ${help}${where.join('')}`;
  });
}

/**
 * Runs axe over the document of a page in which scripts are off. `auditor` is a page with scripts
 * on; it gets the same document, without its scripts, under the same address.
 */
export async function axeComplaintsOfScriptless(page, auditor) {
  const address = page.url().split('#')[0];
  const html = (await page.content()).replaceAll(/<script\b[\s\S]*?<\/script>/gi, '');
  await auditor.setViewportSize(page.viewportSize());
  await auditor.route(
    (url) => url.href.split('#')[0] === address,
    (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
    { times: 1 },
  );
  await auditor.goto(address);
  return axeComplaints(auditor);
}

/** Validates documents, given as a map from a name to HTML, in one run of the checker. */
export async function htmlComplaints(documents) {
  const folder = mkdtempSync(path.join(tmpdir(), 'meldwijzer-html-'));
  try {
    const names = new Map();
    for (const [name, html] of documents) {
      const file = path.join(folder, `${names.size}.html`);
      writeFileSync(file, html);
      names.set(file, name);
    }
    const report = await runValidator([...names.keys()]);
    return report.messages
      .filter(({ type }) => type !== 'info')
      .map(({ url, lastLine, message, extract }) => {
        const name = names.get(new URL(url).pathname) ?? url;
        return `${name}:${lastLine}: ${message}\n    ${extract ?? ''}`;
      });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runValidator(files) {
  const options = ['--stdout', '--format', 'json', '--errors-only', '--exit-zero-always'];
  return new Promise((resolve, reject) => {
    execFile(
      'java',
      ['-jar', VALIDATOR, ...options, ...files],
      { maxBuffer: VALIDATOR_OUTPUT_LIMIT },
      (error, stdout) => {
        if (error) reject(error);
        else resolve(JSON.parse(stdout));
      },
    );
  });
}
