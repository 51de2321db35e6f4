// What the steps of a journey share: the server, the browser, a window per person, and what people remember.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { addAuthenticator, openWindow, startBrowser } from './browser.mjs';
import { Looker } from './look.mjs';
import { TENANTS } from './people.mjs';
import { startServer } from './server.mjs';

export class World {
  // What somebody wrote down: references, phrases, passes, keys.
  notes = {};
  #windows = new Map();

  static async start(database, tenant, name = `${database.name}-${tenant.host}`) {
    const world = new World();
    world.tenant = tenant;
    world.server = await startServer(database.create(), tenant);
    world.looker = new Looker(name);
    await world.looker.begin();
    world.browser = await startBrowser();
    return world;
  }

  // The window of a person, with a device that can hold passkeys.
  async window(name, options) {
    if (!this.#windows.has(name)) {
      const page = await openWindow(this.browser, this.server.url, options);
      if (options?.javaScriptEnabled !== false) await addAuthenticator(page);
      this.#windows.set(name, page);
    }
    return this.#windows.get(name);
  }

  // Both organisations have the same pages: one of them is looked at.
  async look(page, name) {
    if (this.tenant === TENANTS[0]) await this.looker.look(page, name);
  }

  // The same with the keyboard alone.
  async walk(page, name) {
    if (this.tenant === TENANTS[0]) await this.looker.walk(page, name);
  }

  // What no page may do, whatever the step was about.
  check() {
    const complaints = [...this.#windows].flatMap(([name, page]) => page.complaints.splice(0).map((text) => `${name} at ${text}`));
    assert.deepEqual([...complaints, ...this.looker.takeFaults()], []);
  }

  // After a failure, what each person saw is worth more than the message.
  async end(broken) {
    if (broken) {
      for (const [name, page] of this.#windows) {
        await page.screenshot({ path: `${this.looker.folder}/failed-${name}.png`, fullPage: true }).catch(() => {});
      }
      await writeFile(`${this.looker.folder}/failed-server.log`, this.server.log);
    }
    await this.browser?.close();
    const { code, signal } = await this.server.stop();
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, `the server stops when asked to\n${this.server.log.slice(-2000)}`);
  }
}
