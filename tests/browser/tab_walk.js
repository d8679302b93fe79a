// Walks a page with Tab, as somebody without a pointer does.

const CONTROLS = [
  'a[href]',
  'area[href]',
  'button:not([disabled])',
  'input:not([type=hidden]):not([disabled])',
  'select:not([disabled])',
  'textarea:not([disabled])',
  'summary',
  '[tabindex="0"]',
  'audio[controls]',
  'video[controls]',
].join(',');

// Tab stops at each button of a player, and the page sees the player only.
const MOST_STOPS_IN_PLAYER = 12;

/**
 * Presses Tab from the top of the page until the focus has been everywhere. Returns what is wrong:
 * the first stop is not the skip link, a stop cannot be seen or does not show that it has the focus,
 * a control is never reached, or the focus does not get out again.
 */
export async function tabWalk(page) {
  const total = await page.evaluate(prepare, CONTROLS);
  const faults = [];
  let inPlayer = 0;
  for (let stop = 1; stop <= total + 1; stop += 1) {
    await page.keyboard.press('Tab');
    const seen = await page.evaluate(inspectFocus);
    if (seen.inPlayer) {
      inPlayer += 1;
      if (inPlayer > MOST_STOPS_IN_PLAYER) return [...faults, 'the focus does not leave a player'];
      stop -= 1;
      continue;
    }
    inPlayer = 0;
    if (seen.left) return [...faults, ...(await page.evaluate(unreached))];
    if (stop === 1 && !seen.skipLink) faults.push(`the first stop is no skip link: ${seen.name}`);
    faults.push(...seen.faults);
  }
  return [...faults, 'the focus does not leave the page after its last control'];
}

/** In the page: remembers how each control looks without focus. Returns the number of stops. */
function prepare(selector) {
  document.activeElement?.blur();
  globalThis.scrollTo(0, 0);
  const look = (element) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(element);
    const outline = outlineStyle === 'none' ? 'none' : `${outlineStyle} ${outlineWidth} ${outlineColor}`;
    return { outline, boxShadow };
  };
  const controls = [...document.querySelectorAll(selector)].filter(
    (element) => element.tabIndex >= 0 && element.checkVisibility(),
  );
  globalThis.tabWalk = {
    look,
    resting: new Map(controls.map((element) => [element, look(element)])),
    reached: new Set(),
  };
  return controls.length;
}

/** In the page: looks at the element that has the focus. */
function inspectFocus() {
  const { look, resting, reached, last } = globalThis.tabWalk;
  const element = document.activeElement;
  if (element === last && element.matches('audio, video')) return { inPlayer: true };
  globalThis.tabWalk.last = element;
  if (!element || element === document.body || reached.has(element)) return { left: true };
  reached.add(element);
  const name = element.outerHTML.slice(0, 120);
  const faults = [];

  const box = [...element.getClientRects()].find(({ width, height }) => width > 1 && height > 1);
  if (!box) {
    faults.push(`has the focus but no size: ${name}`);
  } else {
    const x = box.left + box.width / 2;
    // Of what is higher than the window, such as a long table, the part in view counts.
    const start = box.height > innerHeight ? Math.max(box.top, 0) : box.top;
    const y = start + Math.min((box.bottom - start) / 2, 20);
    const top = document.elementFromPoint(x, y);
    const own =
      top && (element.contains(top) || top.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(top)));
    if (!top) faults.push(`has the focus but is out of view: ${name}`);
    else if (!own) faults.push(`has the focus but is covered: ${name}`);
  }

  const now = look(element);
  const before = resting.get(element) ?? { outline: 'none', boxShadow: 'none' };
  const shown =
    (now.outline !== 'none' && now.outline !== before.outline) ||
    (now.boxShadow !== 'none' && now.boxShadow !== before.boxShadow);
  if (!shown) faults.push(`does not show the focus: ${name}`);

  const href = element.getAttribute('href') ?? '';
  const target = href.length > 1 && href.startsWith('#') && document.getElementById(href.slice(1));
  return { name, faults, skipLink: Boolean(target) && target.matches('main, main *') };
}

/** In the page: the controls that Tab did not come to. Of a group of radio buttons one is enough. */
function unreached() {
  const { resting, reached } = globalThis.tabWalk;
  const groups = new Set([...reached].filter(({ type }) => type === 'radio').map(({ name }) => name));
  return [...resting.keys()]
    .filter((element) => !reached.has(element))
    .filter((element) => element.type !== 'radio' || !groups.has(element.name))
    .map((element) => `Tab does not reach: ${element.outerHTML.slice(0, 120)}`);
}
