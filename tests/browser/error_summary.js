// The rules that the summary of errors on a page of a form keeps to.

import assert from 'node:assert/strict';

import { summary } from './report_form.js';

/** Checks the summary, in Dutch or English, and returns its links. */
export async function summaryLines(page) {
  const box = summary(page);
  assert.equal(await box.count(), 1, 'number of error summaries');
  assert.match(await box.innerText(), /verbeter|correct/i);
  assert.match(await page.title(), /^(fout|error)/i);
  const hasFocus = await box.evaluate((element) => element.contains(document.activeElement));
  assert.ok(hasFocus, 'the summary has the focus');
  const lines = await box.getByRole('link').all();
  assert.ok(lines.length > 0, 'lines of the summary');
  for (const line of lines) assert.deepEqual(await line.evaluate(faultsOfLine), []);
  return lines;
}

/** In the page: whether the question that a line of the summary leads to says the same itself. */
function faultsOfLine(link) {
  const text = link.textContent.trim();
  const input = document.getElementById(link.hash.slice(1));
  if (!input?.matches('input, select, textarea')) return [`"${text}" leads to no input`];
  const described = [input, input.closest('fieldset')]
    .flatMap((element) => (element?.getAttribute('aria-describedby') ?? '').split(/\s+/))
    .map((id) => document.getElementById(id)?.textContent ?? '');
  const faults = [];
  if (!described.some((words) => words.includes(text))) faults.push(`"${text}" is not at its input`);
  const isTyped = !['checkbox', 'radio'].includes(input.type);
  if (isTyped && input.getAttribute('aria-invalid') !== 'true') faults.push(`"${text}": aria-invalid`);
  return faults;
}
