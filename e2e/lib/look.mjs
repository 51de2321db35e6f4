// A look at a page as different people meet it: light, dark, on a phone, with a screen reader.
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';

const OUT = fileURLToPath(new URL('../out/', import.meta.url));
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const TALLEST_PICTURE = 15_000;

// Pictures go to out/FOLDER/NN-NAME-{light,dark,phone,print}.png, in the order of the journey.
// Faults are kept for the end of the step: an ugly page does not keep people from going on. One that is on every page
// is told once.
export class Looker {
  #taken = 0;
  #told = new Set();
  #faults = [];

  constructor(folder) {
    this.folder = OUT + folder;
  }

  // Pictures of an earlier run would be taken for this one's.
  async begin() {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true });
  }

  // Minds what axe finds in light and dark, and pages that a phone would have to scroll sideways.
  async look(page, name) {
    this.#taken += 1;
    const file = `${this.folder}/${String(this.#taken).padStart(2, '0')}-${name}`;
    const faults = [];
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await comesToRest(page);
      await page.screenshot({ path: `${file}-${colorScheme}.png`, fullPage: true });
      // A picture of the whole page stretches the window for a moment, which may set things in motion again.
      await comesToRest(page);
      faults.push(...(await violations(page)).map((fault) => `${colorScheme}: ${fault}`));
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(PHONE);
    await comesToRest(page);
    await page.screenshot({ path: `${file}-phone.png`, fullPage: true });
    faults.push(...(await tooWide(page)));
    await page.setViewportSize(DESKTOP);
    await page.emulateMedia({ media: 'print' });
    // On paper everything is open: of a page as long as the API's, the beginning is enough.
    const fullPage = await page.evaluate((most) => document.documentElement.scrollHeight < most, TALLEST_PICTURE);
    await page.screenshot({ path: `${file}-print.png`, fullPage });
    await page.emulateMedia({ media: null });
    for (const fault of faults.filter((fault) => !this.#told.has(fault))) {
      this.#told.add(fault);
      this.#faults.push(`${name}, ${fault}`);
    }
  }

  // From the first to the last place where Tab stops: each is in sight, shows that it has the focus, and is met once.
  async walk(page, name) {
    await page.emulateMedia({ colorScheme: 'light' });
    // The first link of every page; a field that has the focus from the start is somewhere behind it.
    await page.locator('a.skip').focus();
    const met = new Map();
    for (let stop = await page.evaluate(stopOfFocus); stop && !met.has(stop.path); stop = await page.evaluate(stopOfFocus)) {
      met.set(stop.path, stop);
      await page.keyboard.press('Tab');
    }
    const stops = [...met.values()];
    const faults = stops.filter(({ shows }) => !shows).map(({ html }) => `keyboard: no sign of focus on ${html}`);
    const missed = (await page.evaluate(tabStops)).filter(({ path }) => !met.has(path));
    faults.push(...missed.map(({ html }) => `keyboard: Tab does not come to ${html}`));
    this.#faults.push(...faults.slice(0, 5).map((fault) => `${name}, ${fault}`));
  }

  takeFaults() {
    return this.#faults.splice(0);
  }
}

// Where the focus is; nothing when it has left the page.
function stopOfFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return undefined;
  const path = [];
  for (let at = element; at.parentElement; at = at.parentElement) path.push([...at.parentElement.children].indexOf(at));
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const rings = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  return {
    path: path.join('.'),
    html: element.outerHTML.slice(0, 120),
    shows: (rings || style.boxShadow !== 'none') && box.width > 0 && box.height > 0,
  };
}

// What a reader without a mouse has to be able to reach. Of radio buttons of one name Tab stops at one: they are left out.
function tabStops() {
  const wanted = 'a[href], button:not([disabled]), input:not([disabled], [type=hidden], [type=radio]), select, textarea, summary, [tabindex="0"]';
  return [...document.querySelectorAll(wanted)]
    .filter((element) => element.tabIndex >= 0 && element.checkVisibility({ checkVisibilityCSS: true, contentVisibilityAuto: true }))
    .filter((element) => !element.closest('[popover]:not(:popover-open), details:not([open]) > :not(summary)'))
    .map((element) => {
      const path = [];
      for (let at = element; at.parentElement; at = at.parentElement) path.push([...at.parentElement.children].indexOf(at));
      return { path: path.join('.'), html: element.outerHTML.slice(0, 120) };
    });
}

// Colours that are still fading from one scheme to the other have no contrast to speak of.
async function comesToRest(page) {
  await page.waitForFunction(() => document.getAnimations().every(({ playState, effect }) =>
    playState !== 'running' || effect.getComputedTiming().endTime === Infinity));
}

async function violations(page) {
  // Evaluated by the debugger: the page's content security policy has no say, and needs no hole for it.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map((node) => node.html).join(' | ')}`);
}

async function tooWide(page) {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const widest = [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > room + 1)
      .slice(0, 3)
      .map((element) => element.outerHTML.slice(0, 120));
    return [`phone: scrolls sideways because of ${widest.join(' | ')}`];
  });
}
