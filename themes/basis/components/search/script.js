// Finds pages in the index that the generator made, inside the browser: nothing of what is typed is sent. The
// words that somebody searches for stand behind the # of the address, so that Back, a bookmark and a link keep them;
// what is typed on the way is nowhere, not in the history of the browser either.

// What a word in each place of a page says of it.
const TITLE = 8;
const KEYWORD = 6;
const HEADING = 4;
const SUMMARY = 3;
const TEXT = 1;
// How often a word stands in a text counts less each time, up to this many times the first.
const MOST_OFTEN = 2.2;

// How sure it is that somebody means a word, where it is not exactly the one that was typed.
const PREFIX = 0.7;
const SYNONYM = 0.6;
const PART = 0.6;
const PART_OF_TYPED = 0.3;
const TYPO = 0.5;
const INSIDE = 0.4;

// A title or search word that says the same, "wat" and "nu" included, is what somebody means.
const PHRASE = 2;

const SHORTEST_WORD = 2;
const LONGEST_WORD = 64;
const SHORTEST_PREFIX = 3;
const SHORTEST_INSIDE = 5;
const SHORTEST_TYPO = 5;
const SHORTEST_TWO_TYPOS = 9;

const MOST_RESULTS = 20;
// With fewer pages that have all words, those that have some of them follow.
const FEW_RESULTS = 5;
const EXCERPT_LENGTH = 220;
const TYPING_PAUSE_MS = 150;

/** Makes a function that gives the words of a text with their places, cut as the generator cuts them. */
export function makeWordsOf(letters) {
  const plain = new Map(Object.entries(letters));
  const fold = (written) => written.toLowerCase().replace(/[\u0300-\u036f'’]/gu, '')
    .replace(/[^\0-\x7f]/gu, (letter) => plain.get(letter) ?? letter);
  return (text) => {
    const found = [];
    for (const match of text.matchAll(/[\p{Alphabetic}\p{N}\u0300-\u036f'’]+/gu)) {
      const word = fold(match[0]);
      const { length } = [...word];
      if (length < SHORTEST_WORD || length > LONGEST_WORD) continue;
      found.push({ word, start: match.index, end: match.index + match[0].length });
    }
    return found;
  };
}

/** Whether two words differ by at most so many letters: one more, one less, another, or two that changed places. */
export function isNear(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return false;
  let before = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > most) return false;
    [before, last] = [last, row];
  }
  return last[other.length] <= most;
}

const raise = (map, key, value) => map.set(key, Math.max(map.get(key) ?? 0, value));
const add = (map, key, value) => map.set(key, (map.get(key) ?? 0) + value);

/** Makes a function that finds pages: `search(query)`, or `search(query, true)` while somebody types. */
export function makeSearch(index) {
  const wordsOf = makeWordsOf(index.letters);
  const stems = new Map(Object.entries(index.words));
  const termsOf = (word) => (stems.get(word) ?? word).split(' ');
  const stopWords = new Set(index.stop_words);
  const known = new Set();
  const places = new Map();
  const meansSame = new Map();
  const phrases = new Map();

  // Where a term stands: for each page what it says of the page, and of each of its sections.
  function place(term, page) {
    if (!places.has(term)) places.set(term, new Map());
    const pages = places.get(term);
    if (!pages.has(page)) pages.set(page, { fields: new Map(), times: 0, sections: new Map() });
    return pages.get(page);
  }

  function take(text, page, use) {
    for (const { word } of wordsOf(text)) {
      known.add(word);
      termsOf(word).forEach((term, at) => use(place(term, page), at === 0 ? 1 : PART));
    }
  }

  for (const page of index.pages) {
    // A word that is all of a title says more than one of many.
    const line = (text, name, weight) => {
      const length = Math.max(1, wordsOf(text).filter(({ word }) => !stopWords.has(word)).length);
      take(text, page, (spot, share) => raise(spot.fields, name, (weight * share) / Math.sqrt(length)));
    };
    line(page.title, 'title', TITLE);
    for (const keyword of page.keywords) line(keyword, 'keywords', KEYWORD);
    const lines = [page.title, ...page.keywords].map(wordsOf);
    phrases.set(page, lines.map((words) => words.map(({ word }) => word).join(' ')));
    take(page.summary, page, (spot, share) => raise(spot.fields, 'summary', SUMMARY * share));
    page.sections.forEach((section, at) => {
      take(section.heading, page, (spot, share) => {
        raise(spot.fields, 'heading', HEADING * share);
        add(spot.sections, at, HEADING * share);
      });
      take(section.text, page, (spot, share) => {
        spot.times += share;
        add(spot.sections, at, TEXT * share);
      });
    });
  }
  for (const word of stems.keys()) known.add(word);
  for (const group of index.synonyms) {
    for (const term of group) {
      if (!meansSame.has(term)) meansSame.set(term, new Set());
      for (const other of group) meansSame.get(term).add(other);
    }
  }

  /** The terms that a typed word may stand for, with how sure that is. */
  function meanings(word, isTyped) {
    const terms = new Map();
    const mean = (other, sure) => {
      const [stem, ...parts] = termsOf(other);
      raise(terms, stem, sure);
      for (const part of parts) raise(terms, part, sure * PART_OF_TYPED);
      for (const same of meansSame.get(stem) ?? []) raise(terms, same, sure * SYNONYM);
    };
    if (known.has(word)) mean(word, 1);
    const begins = (other) => isTyped && word.length >= SHORTEST_PREFIX && other.startsWith(word);
    for (const other of known) if (begins(other)) raise(terms, termsOf(other)[0], PREFIX);
    if (terms.size > 0) return terms;

    const typos = word.length >= SHORTEST_TWO_TYPOS ? 2 : 1;
    for (const other of known) {
      const near = word.length >= SHORTEST_TYPO && other.length >= SHORTEST_TYPO - 1;
      if (near && isNear(word, other, typos)) mean(other, TYPO);
    }
    for (const other of known) {
      const [short, long] = other.length < word.length ? [other, word] : [word, other];
      const inside = short.length >= SHORTEST_INSIDE && (long.startsWith(short) || long.endsWith(short));
      if (inside) raise(terms, termsOf(other)[0], INSIDE);
    }
    return terms;
  }

  function rarity(term) {
    return Math.log(1 + index.pages.length / (places.get(term)?.size ?? Infinity));
  }

  function weigh({ fields, times }) {
    const often = times > 0 ? (TEXT * MOST_OFTEN * times) / (times + MOST_OFTEN - 1) : 0;
    return [...fields.values()].reduce((sum, weight) => sum + weight, often);
  }

  /** What a word says of each page: the best of its meanings counts. */
  function findWord(terms) {
    const pages = new Map();
    for (const [term, sure] of terms) {
      for (const [page, spot] of places.get(term) ?? []) {
        const found = pages.get(page) ?? { score: 0, sections: new Map() };
        found.score = Math.max(found.score, sure * rarity(term) * weigh(spot));
        for (const [section, weight] of spot.sections) raise(found.sections, section, sure * rarity(term) * weight);
        pages.set(page, found);
      }
    }
    return pages;
  }

  function bestSection(page, sections) {
    let best;
    for (const [section, score] of sections) if (score > (sections.get(best) ?? 0)) best = section;
    return page.sections[best];
  }

  /** A stretch of text around the first word that is meant, in pieces of which some are meant. */
  function excerpt(page, section, isMeant) {
    const texts = [section?.text, page.summary, page.sections[0]?.text].filter(Boolean);
    const text = texts.find((one) => wordsOf(one).some(({ word }) => isMeant(word))) ?? page.summary;
    const words = wordsOf(text);
    const first = words.find(({ word }) => isMeant(word))?.start ?? 0;
    const start = first < EXCERPT_LENGTH / 2 ? 0 : words.find((word) => word.start > first - EXCERPT_LENGTH / 3).start;
    const end = words.findLast((word) => word.end <= start + EXCERPT_LENGTH)?.end ?? 0;
    const isWhole = text.length - end <= 2;
    const pieces = [];
    const say = (piece, meant = false) => piece && pieces.push({ text: piece, meant });
    let at = start;
    if (start > 0) say('… ');
    for (const word of words) {
      if (word.start < start || word.end > end || !isMeant(word.word)) continue;
      say(text.slice(at, word.start));
      say(text.slice(word.start, word.end), true);
      at = word.end;
    }
    say(isWhole ? text.slice(at) : `${text.slice(at, end)} …`);
    return pieces;
  }

  return function search(query, typing = false) {
    const typed = wordsOf(query).map(({ word }) => word);
    const telling = typed.filter((word) => !stopWords.has(word));
    const needed = new Set(telling.length > 0 ? telling : typed);
    const phrase = typed.join(' ');
    const terms = new Set();
    const found = new Map();
    for (const word of needed) {
      const means = meanings(word, typing && word === typed.at(-1));
      for (const term of means.keys()) terms.add(term);
      for (const [page, { score, sections }] of findWord(means)) {
        const sum = found.get(page) ?? { page, score: 0, matched: 0, sections: new Map() };
        const isSaid = typed.length > 1 && phrases.get(page).some((line) => line.includes(phrase));
        sum.score += (score * page.weight * (isSaid ? PHRASE : 1)) / 100;
        sum.matched += 1;
        for (const [section, weight] of sections) add(sum.sections, section, weight);
        found.set(page, sum);
      }
    }
    const isMeant = (word) => termsOf(word).some((term) => terms.has(term));
    const some = [...found.values()].filter(({ matched }) => matched > 0);
    const all = some.filter(({ matched }) => matched === needed.size);
    return (all.length < FEW_RESULTS ? some : all)
      .sort((a, b) => b.matched - a.matched || b.score - a.score)
      .map(({ page, sections }) => {
        const section = bestSection(page, sections);
        const inHeading = section?.id && wordsOf(section.heading).some(({ word }) => isMeant(word));
        return { page, heading: inHeading ? section : undefined, excerpt: excerpt(page, section, isMeant) };
      });
  };
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function shown({ page, heading, excerpt: pieces }) {
  const item = element('li', {}, element('h3', {}, element('a', { href: page.href }, page.title)));
  if (page.trail) item.append(element('p', { className: 'search-trail' }, page.trail));
  const parts = pieces.map(({ text, meant }) => (meant ? element('mark', {}, text) : text));
  if (parts.length > 0) item.append(element('p', {}, ...parts));
  if (heading) {
    const link = element('a', { href: `${page.href}#${heading.id}` }, heading.heading);
    item.append(element('p', { className: 'search-heading' }, link));
  }
  return item;
}

function count(texts, found) {
  if (found === 0) return texts.foundNone;
  const text = found === 1 ? texts.foundOne : found > MOST_RESULTS ? texts.foundMost : texts.foundOther;
  return text.replace('{count}', found).replace('{most}', MOST_RESULTS);
}

function start(form) {
  const input = form.querySelector('input');
  const section = document.querySelector('[data-search-found]');
  const failed = document.querySelector('[data-search-failed]');
  let loaded;
  let typing;

  const load = () => {
    loaded ??= import(form.dataset.search).then((module) => makeSearch(module.default));
    return loaded;
  };

  async function show(query, whileTyping) {
    section.hidden = query === '';
    if (query === '') return;
    try {
      const search = await load();
      // Meanwhile something else may have been typed.
      if (query !== input.value.trim()) return;
      const found = search(query, whileTyping);
      section.querySelector('ol').replaceChildren(...found.slice(0, MOST_RESULTS).map(shown));
      section.querySelector('[data-search-count]').textContent = count(section.dataset, found.length);
      section.querySelector('[data-search-none]').hidden = found.length > 0;
      failed.hidden = true;
    } catch {
      loaded = undefined;
      section.hidden = true;
      failed.hidden = false;
    }
  }

  const addressOf = (query) => location.pathname + (query && `#q=${encodeURIComponent(query)}`);

  /** Reads what the address asks for. What stands behind a ? was sent already, so it moves behind the #. */
  function read() {
    const asked = new URLSearchParams(location.hash.slice(1)).get('q');
    const sent = new URLSearchParams(location.search).get('q');
    // A letter of the list leaves what was found as it is.
    if (location.hash && asked === null) return;
    const query = (asked ?? sent ?? '').trim();
    if (location.search) history.replaceState(null, '', addressOf(query));
    input.value = query;
    show(query, false);
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(typing);
    const query = input.value.trim();
    if (addressOf(query) !== location.pathname + location.hash) history.pushState(null, '', addressOf(query));
    show(query, false);
  });
  input.addEventListener('focus', () => load().catch(() => {}), { once: true });
  input.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => show(input.value.trim(), true), TYPING_PAUSE_MS);
  });
  addEventListener('hashchange', read);
  addEventListener('popstate', read);
  read();
}

if (globalThis.document) {
  for (const form of document.querySelectorAll('[data-search]')) start(form);
}
