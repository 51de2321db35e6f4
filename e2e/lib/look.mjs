// A look at a page as different people meet it: light, dark, on a phone, with a screen reader.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';

const OUT = fileURLToPath(new URL('../out/', import.meta.url));
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

// Pictures go to out/FOLDER/NN-NAME-{light,dark,phone}.png, in the order of the journey.
export class Looker {
  #taken = 0;

  constructor(folder) {
    this.folder = OUT + folder;
  }

  // Fails when axe finds something in light or dark, or when a phone would have to scroll sideways.
  async look(page, name) {
    await mkdir(this.folder, { recursive: true });
    this.#taken += 1;
    const file = `${this.folder}/${String(this.#taken).padStart(2, '0')}-${name}`;
    const faults = [];
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: `${file}-${colorScheme}.png`, fullPage: true });
      faults.push(...(await violations(page)).map((fault) => `${colorScheme}: ${fault}`));
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(PHONE);
    await page.screenshot({ path: `${file}-phone.png`, fullPage: true });
    faults.push(...(await tooWide(page)));
    await page.setViewportSize(DESKTOP);
    assert.deepEqual(faults, [], `${name} at ${new URL(page.url()).pathname}`);
  }
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
