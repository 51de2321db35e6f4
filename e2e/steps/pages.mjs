// Pages beside the main road, as an admin meets them: they must look right too.
import { expectRefusal } from '../lib/browser.mjs';

const PAGES = {
  home: '/desk/home',
  recover: '/recover',
  people: '/desk/people',
  'import-people': '/desk/people/import',
  search: '/desk/search?q=ana',
  strangers: '/desk?list=strangers',
  'power-grants': '/desk/power-grants',
  'passkeys-that-wait': '/desk/passkeys',
  'add-person': '/desk/people/new',
  tokens: '/desk/tokens',
  jobs: '/desk/jobs',
  'closed-cases': '/desk?list=closed',
  'set-up': '/set-up',
  api: '/api',
  'dev-outbox': '/dev/outbox',
  'dev-phone': '/dev/phone',
  'dev-clock': '/dev/clock',
  'dev-stories': '/dev/stories',
};

export async function theOtherPages(world) {
  const page = await world.window('ada');
  for (const [name, path] of Object.entries(PAGES)) {
    const answer = await page.goto(path);
    if (!answer.ok()) throw new Error(`${path} answers ${answer.status()}`);
    await world.look(page, name);
  }
  await expectRefusal(page, () => page.goto('/no-such-page'));
  await world.look(page, 'no-such-page');
}

// With Tab alone, from the first to the last place where it stops.
export async function theKeyboardReachesEverything(world) {
  const page = await world.window('ada');
  for (const name of ['home', 'people', 'import-people', 'search', 'tokens', 'jobs']) {
    await page.goto(PAGES[name]);
    await world.walk(page, name);
  }
}
