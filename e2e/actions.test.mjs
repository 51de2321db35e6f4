// The shortest way, counted: what the person, the agent and the manager have to do, from end to end. One press, one field that
// is filled and one choice are one action each.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DATABASES } from './lib/database.mjs';
import { journey } from './lib/journey.mjs';
import { ANA, TENANTS, emailOf } from './lib/people.mjs';
import { addPasskey, button, field, isAt, link, signIn, signOut } from './lib/person.mjs';
import { until } from './lib/wait.mjs';
import { World } from './lib/world.mjs';

const MOST = { agent: 7, person: 12, manager: 4 };
const counts = { agent: 0, person: 0, manager: 0 };

// POSTERN_WRITE_PICTURES=1 writes the pictures of the README from what is seen here.
const PICTURES = process.env.POSTERN_WRITE_PICTURES ? join(import.meta.dirname, '../docs') : undefined;

const does = (who) => ({
  press: (locator) => {
    counts[who] += 1;
    return locator.click();
  },
  choose: (locator) => {
    counts[who] += 1;
    return locator.check();
  },
  type: (locator, text) => {
    counts[who] += 1;
    return locator.fill(text);
  },
});

const person = does('person');
const agent = does('agent');
const manager = does('manager');

const password = (page) => page.getByLabel('Password', { exact: true });

async function take(page, name, width) {
  if (!PICTURES) return;
  await page.setViewportSize({ width, height: 900 });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: width < 600 });
  await page.setViewportSize({ width: 1280, height: 720 });
}

async function theStaffHavePasskeys(world) {
  for (const login of ['ben', 'mona']) {
    const page = await world.window(login);
    await signIn(page, world.server, login);
    await addPasskey(page, world.server, login);
    await signOut(page);
  }
  const ben = await world.window('ben');
  await ben.goto('/sign-in');
  await button(ben, 'Sign in with a passkey').click();
  await ben.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

async function anaAsks(world) {
  const page = await world.window('ana');
  await page.goto('/sign-in');
  await person.type(field(page, 'Login'), ANA.login);
  await person.type(password(page), world.server.password(ANA.login));
  await person.press(button(page, 'Sign in'));
  await person.press(link(page, "I can't use my second step"));
  await person.press(button(page, 'I have none of these'));
  world.notes.phrase = (await page.locator('[data-phrase]').innerText()).trim();
  await take(page, 'recovery', 390);
}

async function benCalls(world) {
  const page = await world.window('ben');
  await page.goto('/desk');
  await agent.press(page.getByRole('table').getByRole('link', { name: ANA.name }));
  await agent.choose(page.getByRole('radio', { name: 'Yes, and device and place match' }));
  await agent.type(field(page, /Phrase they read to you/), world.notes.phrase);
  await agent.type(field(page, 'Ticket or recording'), 'Ticket 4711');
  await take(page, 'desk', 1440);
  await agent.press(button(page, 'Record the call'));
  await page.getByText('The page is bound').waitFor();
}

// By the link of the mail, as one who is not signed in.
async function monaVouches(world) {
  const page = await world.window('mona');
  const mail = await until('the mail to the manager', async () =>
    (await world.server.outbox()).find(({ recipient, body }) => recipient === emailOf(world, { login: 'mona' }) && /account\/vouches/.test(body)));
  await page.goto(mail.body.match(/\/account\/vouches\/[\w-]+/)[0]);
  await isAt(page, '/sign-in');
  await manager.press(button(page, 'Sign in with a passkey'));
  await isAt(page, /^\/account\/vouches\//);
  await manager.type(field(page, 'The three words on their page'), world.notes.phrase);
  await manager.type(field(page, 'How do you know that it is them?'), 'We spoke on a video call.');
  await manager.press(button(page, `Yes, it is ${ANA.name}`));
  await isAt(page, '/account');
}

// Ben's page shows by itself that his lock is open.
async function benResets(world) {
  const page = await world.window('ben');
  await agent.type(field(page, 'Reason'), 'Lost phone; called back, manager vouched.');
  await agent.press(button(page, 'Remove all factors now'));
  await page.locator('[data-stage]').getByText(/waiting for sign-in/).waitFor();
}

async function anaIsBack(world) {
  const page = await world.window('ana');
  await person.press(button(page, 'Show my pass'));
  await page.locator('[data-pass]').waitFor();
  await take(page, 'pass', 390);
  await person.press(link(page, 'Continue with this pass'));
  await isAt(page, '/sign-in/with-pass');
  assert.equal(await field(page, 'Login').inputValue(), ANA.login);
  await person.type(password(page), world.server.password(ANA.login));
  await person.press(button(page, 'Sign in'));
  await isAt(page, '/enrol');
  await person.press(button(page, 'Create a passkey'));
  await page.getByRole('heading', { level: 1, name: 'Keep these codes' }).waitFor();
  await world.look(page, 'backup-codes-with-passkey');
  await person.press(button(page, 'I have kept these codes'));
  await isAt(page, '/enrol/done', 'Your new way to sign in is set up');
  await world.look(page, 'enrolled-with-passkey');
  await person.press(button(page, 'Sign in with your passkey'));
  await isAt(page, '/account', 'Your account');
  await page.getByText('You are back in.').waitFor();
}

function theCountsAreKept() {
  console.log(`actions: ${Object.entries(counts).map(([who, count]) => `${who} ${count} of ${MOST[who]}`).join(', ')}`);
  for (const [who, most] of Object.entries(MOST)) assert.ok(counts[who] <= most, `the ${who} needs ${counts[who]} actions, and may need ${most}`);
}

const [database] = DATABASES;
const [tenant] = TENANTS;

journey('the shortest way back in', {
  on: 'counted',
  skip: database.skip ?? false,
  start: () => World.start(database, tenant, 'counted'),
  check: (world) => world.check(),
  end: (world, broken) => world.end(broken),
  steps: [
    ['Ben and Mona have passkeys', theStaffHavePasskeys],
    ['Ana asks', anaAsks],
    ['Ben calls', benCalls],
    ['Mona vouches', monaVouches],
    ['Ben resets', benResets],
    ['Ana is back', anaIsBack],
    ['nobody needed more actions than they may', theCountsAreKept],
  ],
});
