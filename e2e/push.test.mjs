// A phone that approves sign-ins: the page /phone in a window of its own, beside the browser that signs in.
import assert from 'node:assert/strict';
import { expectRefusal } from './lib/browser.mjs';
import { DATABASES } from './lib/database.mjs';
import { journey } from './lib/journey.mjs';
import { GUS, TENANTS } from './lib/people.mjs';
import { button, field, givePassword, isAt, link, openAdding, signIn } from './lib/person.mjs';
import { World } from './lib/world.mjs';

const PHONE = { viewport: { width: 390, height: 844 } };

async function gusAddsAPhone(world) {
  const page = await world.window('gus');
  await signIn(page, world.server, GUS.login);
  await openAdding(page);
  await link(page, 'Add a phone that approves').click();
  await isAt(page, '/account/push', 'Add a phone that approves');
  await world.look(page, 'add-a-phone');
  await field(page, 'Code from the app or token that you have').fill(await world.server.phoneCode(GUS.login));
  await button(page, 'Show the link with a code').click();
  await page.locator('.qr').waitFor();
  await world.look(page, 'link-for-a-phone');
  world.notes.link = await link(page, 'Connect this phone').getAttribute('href');
}

// Opening the link does nothing; a press does.
async function thePhoneIsConnected(world) {
  const phone = await world.window('phone', PHONE);
  await phone.goto(world.notes.link);
  await phone.getByRole('heading', { name: 'Connect this phone' }).waitFor();
  assert.equal(new URL(phone.url()).hash, '', 'the secret stays in no history');
  await world.look(phone, 'connect-this-phone');
  await field(phone, 'Name for it (optional)').fill('Red phone');
  await button(phone, 'Connect this phone').click();
  await phone.getByText('This phone is connected.').waitFor();
  const page = await world.window('gus');
  await page.goto('/account');
  await page.getByText('Red phone', { exact: true }).waitFor();
}

async function asks(world, name, options) {
  const page = await world.window(name, options);
  await givePassword(page, world.server, GUS.login);
  await button(page, 'Approve on your phone').click();
  await isAt(page, '/sign-in/push', 'Approve on your phone');
  return { page, number: (await page.locator('[data-number]').innerText()).trim() };
}

async function theNumberLetsHimIn(world) {
  const phone = await world.window('phone');
  const { page, number } = await asks(world, 'laptop');
  await world.look(page, 'number-for-the-phone');
  await phone.getByRole('heading', { name: 'Are you signing in?' }).waitFor();
  await world.look(phone, 'phone-is-asked');
  const wrong = number === '000 000' ? '000 001' : '000 000';
  await expectRefusal(phone, async () => {
    await field(phone, 'Number on the sign-in page').fill(wrong);
    await button(phone, 'Yes, let me in').click();
    await phone.getByText('This is not the number').waitFor();
  });
  await field(phone, 'Number on the sign-in page').fill(number);
  await button(phone, 'Yes, let me in').click();
  await phone.getByText('You said yes.').waitFor();
  await isAt(page, '/account', 'Your account');
}

async function withoutAScriptToo(world) {
  const phone = await world.window('phone');
  const { page, number } = await asks(world, 'plain', { javaScriptEnabled: false });
  await field(phone, 'Number on the sign-in page').fill(number);
  await button(phone, 'Yes, let me in').click();
  await phone.getByText('You said yes.').waitFor();
  await button(page, 'Continue').click();
  await isAt(page, '/account', 'Your account');
}

async function aNoIsNo(world) {
  const phone = await world.window('phone');
  const { page } = await asks(world, 'second laptop');
  await button(phone, 'No').click();
  await phone.getByText('You said no.').waitFor();
  await page.getByText('Your phone said no.').waitFor();
  await world.look(page, 'phone-said-no');
}

// What a push service delivers wakes the worker, which shows a notification that names nobody.
async function aMessageWakesThePhone(world) {
  const phone = await world.window('phone');
  await phone.context().grantPermissions(['clipboard-read', 'clipboard-write', 'notifications']);
  const session = await phone.context().newCDPSession(phone);
  const known = new Promise((found) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find(({ scopeURL }) => new URL(scopeURL).pathname === '/phone');
      if (own) found(own.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  await phone.evaluate(async () => {
    const registration = await navigator.serviceWorker.register(document.querySelector('#phone').dataset.worker, { scope: '/phone' });
    const worker = registration.active ?? registration.waiting ?? registration.installing;
    if (worker.state === 'activated') return;
    await new Promise((active) => worker.addEventListener('statechange', () => worker.state === 'activated' && active()));
  });
  const message = { origin: new URL(world.server.url).origin, registrationId: await known, data: '{"push":"request"}' };
  await session.send('ServiceWorker.deliverPushMessage', message);
  const shown = await phone.waitForFunction(async () => {
    const registration = await navigator.serviceWorker.getRegistration('/phone');
    const [notification] = await registration.getNotifications();
    return notification && [notification.title, notification.body];
  });
  assert.deepEqual(await shown.jsonValue(), [`${world.tenant.name}: are you signing in?`, 'Open to see what is asked.']);
}

async function thisIsNotHim(world) {
  const phone = await world.window('phone');
  const { page } = await asks(world, 'thief');
  await button(phone, 'This is not me').click();
  await phone.getByText('The sign-in has ended').waitFor();
  await world.look(phone, 'phone-said-not-me');
  await isAt(page, '/sign-in');
  const said = (await world.server.outbox()).filter(({ body }) => /somebody else was signing in as you/.test(body));
  assert.ok(said.length > 0, 'the owner is told');
}

async function thePhoneForgets(world) {
  const phone = await world.window('phone');
  // A window like this one, which leaves nothing behind, can subscribe nowhere: the page is not to try by itself.
  await phone.context().clearPermissions();
  await phone.reload();
  await button(phone, 'Forget on this phone').click();
  await phone.getByText('None yet.').waitFor();
}

const [tenant] = TENANTS;
// What a database could get wrong here is asked on both by `it/actions/*_push.rs`.
const [database] = DATABASES;

journey('a phone approves', {
  on: `push on ${database.name}`,
  start: () => World.start(database, tenant, `push-${database.name}`),
  check: (world) => world.check(),
  end: (world, broken) => world.end(broken),
  steps: [
    ['a phone is added with proof, by a link', gusAddsAPhone],
    ['the phone makes a key of its own', thePhoneIsConnected],
    ['the number of the page lets in', theNumberLetsHimIn],
    ['without a script too', withoutAScriptToo],
    ['a no is no', aNoIsNo],
    ['a message wakes the phone', aMessageWakesThePhone],
    ['"this is not me" ends it', thisIsNotHim],
    ['the phone forgets', thePhoneForgets],
  ],
});
