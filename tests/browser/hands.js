// Two ways to work a page: with a pointer, and with nothing but Tab, arrows, Space, Enter and letters.
// Both offer the same actions, so that one journey can be walked by either.

// More than the number of stops on the longest page.
const MOST_TABS = 150;

export const pointer = {
  name: 'pointer',

  async follow(page, link) {
    await afterLoading(page, () => link.click());
  },

  async press(page, button) {
    await afterLoading(page, () => button.click());
  },

  /** Opens or closes a part of the page. */
  async toggle(page, heading) {
    await heading.click();
  },

  /** Clicks the words beside a box, as people do; the box itself may lie below its label. */
  async tick(page, input) {
    const label = page.locator(`label[for="${await input.getAttribute('id')}"]`);
    if (!(await input.isChecked())) await label.click();
    if (!(await input.isChecked())) throw new Error(`a click on the label does not tick ${input}`);
  },

  async type(page, input, text) {
    await input.fill(text);
  },

  async select(page, list, value) {
    await list.selectOption(value);
  },
};

export const keyboard = {
  name: 'keyboard',

  async follow(page, link) {
    await tabTo(page, link);
    await afterLoading(page, () => page.keyboard.press('Enter'));
  },

  async press(page, button) {
    await tabTo(page, button);
    await afterLoading(page, () => page.keyboard.press('Enter'));
  },

  async toggle(page, heading) {
    await tabTo(page, heading);
    await page.keyboard.press('Enter');
  },

  async tick(page, input) {
    if ((await input.getAttribute('type')) === 'radio') return chooseRadio(page, input);
    await tabTo(page, input);
    if (!(await input.isChecked())) await page.keyboard.press('Space');
  },

  async type(page, input, text) {
    await tabTo(page, input);
    await page.keyboard.press('Control+A');
    await page.keyboard.type(text);
  },

  async select(page, list, value) {
    await tabTo(page, list);
    await page.keyboard.press('Home');
    for (let moves = 0; (await list.inputValue()) !== value; moves += 1) {
      if (moves > MOST_TABS) throw new Error(`the arrows do not reach ${value} on ${page.url()}`);
      await page.keyboard.press('ArrowDown');
    }
  },
};

/** Does something that leads to another document and waits until that is there. */
async function afterLoading(page, action) {
  const loaded = page.waitForEvent('load');
  await Promise.all([loaded, action()]);
}

async function tabTo(page, target) {
  for (let tabs = 0; tabs <= MOST_TABS; tabs += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${target} on ${page.url()}`);
}

/** A group of radio buttons is one stop for Tab; within it the arrows move and choose. */
async function chooseRadio(page, radio) {
  const inGroup = (element) =>
    document.activeElement?.type === 'radio' && document.activeElement.name === element.name;
  for (let tabs = 0; !(await radio.evaluate(inGroup)); tabs += 1) {
    if (tabs > MOST_TABS) throw new Error(`Tab does not reach ${radio} on ${page.url()}`);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Space');
  for (let moves = 0; !(await radio.isChecked()); moves += 1) {
    if (moves > MOST_TABS) throw new Error(`the arrows do not reach ${radio} on ${page.url()}`);
    await page.keyboard.press('ArrowDown');
  }
}
