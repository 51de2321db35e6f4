// Somebody has forgotten their password, and has no passkey: a link in a mail, a code, and a day in which it is stopped, or not.
import assert from 'node:assert/strict';
import { expectRefusal } from './lib/browser.mjs';
import { DATABASES } from './lib/database.mjs';
import { journey } from './lib/journey.mjs';
import { FAY, GUS, TENANTS, emailOf } from './lib/people.mjs';
import { button, field, isAt, link, signIn } from './lib/person.mjs';
import { run } from './lib/server.mjs';
import { until } from './lib/wait.mjs';
import { World } from './lib/world.mjs';

const NEW_PASSWORD = 'gravel-otter-91-lamp-violet';
const LINK = /\/forgotten-password\/link#([\w-]+)/;
const NOT_ME = /\/not-me#([\w-]+)/;
const A_DAY = 24 * 3600;

async function theOrganisationAllowsIt(world) {
  const set = ['--set', 'password_by_mail=on', '--reason', 'half of all cases are forgotten passwords'];
  const done = await run('postern', 'tenant', 'settings', tenant.slug, '--data', world.server.data, ...set);
  assert.equal(done.status, 0, done.stderr);
}

const mailTo = (world, person, subject, code) => until(`"${subject}" to ${person.login}`, async () => {
  const message = (await world.server.outbox()).find((one) => one.recipient === emailOf(world, person) && one.subject === subject);
  return message?.body.match(code)?.[1];
});

async function asks(world, page, person, look = async () => {}) {
  await page.goto('/sign-in');
  await link(page, 'Forgotten your password?').click();
  await isAt(page, '/forgotten-password');
  await until('the settings count', async () => {
    await page.reload();
    return button(page, 'Send me a link').isVisible();
  });
  await look('forgotten-password');
  await field(page, 'Login').fill(person.login);
  await button(page, 'Send me a link').click();
  await page.getByText('a link is on its way to your mailbox').waitFor();
  await look('link-asked-for');
  return mailTo(world, person, 'Your link to set a new password', LINK);
}

async function gusSetsAPassword(world) {
  const page = await world.window('gus');
  const code = await asks(world, page, GUS, (name) => world.look(page, name));
  await page.goto(`/forgotten-password/link#${code}`);
  assert.equal(await field(page, 'The end of the link').inputValue(), code, 'the script fills it in');
  await world.look(page, 'password-link');
  await world.walk(page, 'password-link');
  await expectRefusal(page, async () => {
    await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
    await field(page, 'Code from your app or your token').fill('000000');
    await button(page, 'Set it').click();
    await page.getByRole('alert').waitFor();
  });
  await world.look(page, 'password-link-with-a-wrong-code');
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await field(page, 'Code from your app or your token').fill(await world.server.phoneCode(GUS.login));
  await button(page, 'Set it').click();
  await isAt(page, '/forgotten-password/link', 'Your new password works in 24 hours');
  await world.look(page, 'password-waits');
}

async function hisAccountPageStopsIt(world) {
  const page = await world.window('gus elsewhere');
  await signIn(page, world.server, GUS.login);
  await page.getByRole('heading', { name: 'A new password waits for your account' }).waitFor();
  await world.look(page, 'account-with-a-new-password');
  await button(page, 'This wasn’t me: stop it').click();
  await page.getByText('The new password is stopped').first().waitFor();
  await button(page, 'This wasn’t me: stop it').waitFor({ state: 'hidden' });
  await mailTo(world, GUS, 'The new password is stopped', NOT_ME);
}

// Without a script she copies the code; and the message stops it.
async function fayDoesSoWithoutAScript(world) {
  const page = await world.window('fay', { javaScriptEnabled: false });
  const code = await asks(world, page, FAY);
  await page.goto(`/forgotten-password/link#${code}`);
  await field(page, 'The end of the link').fill(code);
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await field(page, 'Code from your app or your token').fill(await world.server.phoneCode(FAY.login));
  await button(page, 'Set it').click();
  await isAt(page, '/forgotten-password/link', 'Your new password works in 24 hours');
}

async function aDayLaterItCounts(world) {
  const code = await mailTo(world, FAY, 'A new password waits for your account', NOT_ME);
  await world.server.advance(A_DAY + 60);
  await mailTo(world, FAY, 'Your new password works now', NOT_ME);
  const page = await world.window('fay anew');
  await page.goto('/sign-in');
  await field(page, 'Login').fill(FAY.login);
  await page.getByLabel('Password', { exact: true }).fill(NEW_PASSWORD);
  await button(page, 'Sign in').click();
  await isAt(page, '/sign-in/second-step');
  assert.ok(code, 'she was told before');
}

async function theMessageStopsAnotherOne(world) {
  const page = await world.window('gus');
  const code = await asks(world, page, GUS);
  await page.goto(`/forgotten-password/link#${code}`);
  await page.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
  await field(page, 'Code from your app or your token').fill(await world.server.phoneCode(GUS.login));
  await button(page, 'Set it').click();
  await isAt(page, '/forgotten-password/link', 'Your new password works in 24 hours');
  const notMe = await mailTo(world, GUS, 'A new password waits for your account', NOT_ME);
  await page.goto(`/not-me#${notMe}`);
  await button(page, 'This was not me').click();
  await isAt(page, '/not-me', 'It is stopped');
  await page.getByText('The new password never works').waitFor();
  await world.look(page, 'password-stopped');
}

const [tenant] = TENANTS;
// What a database could get wrong here is asked on both by `it/actions/{use_password_link,end_waiting_password}.rs`.
const [database] = DATABASES;

journey('a forgotten password by the mailbox', {
  on: `forgotten password on ${database.name}`,
  start: () => World.start(database, tenant, `forgotten-password-${database.name}`),
  check: (world) => world.check(),
  end: (world, broken) => world.end(broken),
  steps: [
    ['the organisation allows it', theOrganisationAllowsIt],
    ['Gus sets a password by a link and a code', gusSetsAPassword],
    ['his account page stops it', hisAccountPageStopsIt],
    ['Fay does so without a script', fayDoesSoWithoutAScript],
    ['a day later it counts', aDayLaterItCounts],
    ['the message stops another one', theMessageStopsAnotherOne],
  ],
});
