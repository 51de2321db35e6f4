// The second steps that are no app, passkey or phone: a hardware token, and codes by text, call and mail.
import assert from 'node:assert/strict';
import { expectRefusal } from './lib/browser.mjs';
import { DATABASES } from './lib/database.mjs';
import { journey } from './lib/journey.mjs';
import { ANA, GUS, TENANTS } from './lib/people.mjs';
import { addPasskey, button, field, givePassword, isAt, link, openAdding, signIn, signInWithPasskey, signOut } from './lib/person.mjs';
import { run } from './lib/server.mjs';
import { hotp } from './lib/totp.mjs';
import { until } from './lib/wait.mjs';
import { World } from './lib/world.mjs';

const SERIAL = 'HT-0042';
const SEED = Buffer.from('12345678901234567890');
const tokens = { used: 0, next: () => hotp(SEED, tokens.used++) };

async function theOrganisationAllowsCodes(world) {
  const set = ['--set', 'text_codes=on', '--set', 'mail_codes=on', '--reason', 'for people without a phone of ours'];
  const done = await run('postern', 'tenant', 'settings', tenant.slug, '--data', world.server.data, ...set);
  assert.equal(done.status, 0, done.stderr);
}

async function adaImportsTokens(world) {
  const page = await world.window('ada');
  await signIn(page, world.server, 'ada');
  await addPasskey(page, world.server, 'ada');
  await signOut(page);
  await signInWithPasskey(page);
  await page.goto('/desk/hardware-tokens');
  const file = `serial,seed,type\n${SERIAL},${SEED.toString('hex')},hotp\n`;
  await page.getByLabel('CSV or PSKC file').setInputFiles({ name: 'tokens.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await button(page, 'Import tokens').click();
  await page.getByRole('table').getByText(SERIAL, { exact: true }).waitFor();
  await world.look(page, 'hardware-tokens');
}

async function gusAddsHis(world) {
  const page = await world.window('gus');
  await signIn(page, world.server, GUS.login);
  await openAdding(page);
  await link(page, 'Add a hardware token').click();
  await isAt(page, '/account/hardware-token', 'Add a hardware token');
  await field(page, 'Serial number').fill(SERIAL);
  await field(page, 'The code that it shows now').fill(tokens.next());
  await field(page, 'The code that it shows next').fill(tokens.next());
  await world.look(page, 'add-hardware-token');
  await field(page, /^Code from the app/).fill(await world.server.phoneCode(GUS.login));
  await button(page, 'Add it with a code').click();
  await isAt(page, '/account', 'Your account');
  await signOut(page);
}

// The token is another way: choosing it leaves the sign-in where it was.
async function theTokenLetsHimIn(world) {
  const page = await world.window('gus');
  await givePassword(page, world.server, GUS.login);
  await link(page, 'Code from your token').click();
  await isAt(page, '/sign-in/second-step', 'Enter your code');
  await expectRefusal(page, async () => {
    await field(page, 'Code from your token').fill('000000');
    await button(page, 'Continue').click();
    await page.getByRole('alert').waitFor();
  });
  assert.ok(await field(page, 'Code from your token').isVisible(), 'the same form comes back');
  await world.look(page, 'second-step-with-a-token');
  // A press or two in the pocket: the token is ahead of what the server has seen.
  tokens.next();
  tokens.next();
  await field(page, 'Code from your token').fill(tokens.next());
  await button(page, 'Continue').click();
  await isAt(page, '/account', 'Your account');
}

async function addsCodes(world, page, login, name) {
  await openAdding(page);
  await link(page, 'Codes by text, call or mail').click();
  await isAt(page, '/account/sent-codes', 'Codes by text, call or mail');
  await page.getByRole('radio', { name }).check();
  await field(page, /^Code from the app/).fill(await world.server.phoneCode(login));
  await button(page, 'Send codes there from now on').click();
  await isAt(page, '/account', 'Your account');
}

async function peopleAddCodes(world) {
  const ana = await world.window('ana');
  await signIn(ana, world.server, ANA.login);
  await addsCodes(world, ana, ANA.login, /Code by text/);
  const gus = await world.window('gus');
  await addsCodes(world, gus, GUS.login, /Code by mail/);
  await addsCodes(world, gus, GUS.login, /Code by call/);
  await openAdding(gus);
  await link(gus, 'Codes by text, call or mail').click();
  await world.look(gus, 'add-sent-codes');
}

// The code of a message to sign in that is another one than `before`. A call says its digits one by one.
async function sentCode(world, channel, before) {
  const message = await until(`a code by ${channel}`, async () => {
    const all = (await world.server.outbox()).filter((one) => one.channel === channel && /code to sign in|this is the code/i.test(one.body));
    return all.find(({ body }) => body !== before);
  });
  const code = message.body.match(/(\d[ ,.]*){6}/)[0].replace(/\D/g, '');
  return { code, body: message.body };
}

async function aTextLetsAnaIn(world) {
  const page = await world.window('ana-plain', { javaScriptEnabled: false });
  await givePassword(page, world.server, ANA.login);
  await button(page, /^Text a code to/).click();
  await isAt(page, '/sign-in/sent-code', 'Type the code');
  const first = await sentCode(world, 'sms');
  await button(page, 'Send another code').click();
  const second = await sentCode(world, 'sms', first.body);
  await expectRefusal(page, async () => {
    await field(page, 'Code').fill(first.code);
    await button(page, 'Continue').click();
    await page.getByRole('alert').waitFor();
  });
  await field(page, 'Code').fill(second.code);
  await button(page, 'Continue').click();
  await isAt(page, '/account', 'Your account');
}

const letsGusIn = (channel, label) => async (world) => {
  const page = await world.window(`gus-by-${channel}`);
  await givePassword(page, world.server, GUS.login);
  if (channel === 'email') await world.look(page, 'second-step-with-every-way');
  await button(page, label).click();
  await isAt(page, '/sign-in/sent-code', 'Type the code');
  await world.look(page, `code-by-${channel}`);
  await field(page, 'Code').fill((await sentCode(world, channel)).code);
  await button(page, 'Continue').click();
  await isAt(page, '/account', 'Your account');
};

// The browser is told which passkeys count, and forgets the others.
async function aRemovedPasskeyLeavesTheDevice(world) {
  const page = await world.window('gus');
  await page.goto('/account');
  await addPasskey(page, world.server, GUS.login);
  await isAt(page, '/account', 'Your account');
  assert.equal((await page.passkeysInDevice()).length, 1, 'one that counts stays');
  const passkey = page.getByRole('listitem').filter({ hasText: 'Name or remove' }).filter({ hasText: 'Passkey' });
  await passkey.getByText('Name or remove').click();
  await passkey.getByRole('link', { name: /^Remove/ }).click();
  await field(page, 'Code from your app').fill(await world.server.phoneCode(GUS.login));
  await button(page, 'Remove it with a code').click();
  await isAt(page, '/account', 'Your account');
  await until('the device has forgotten it', async () => (await page.passkeysInDevice()).length === 0);
}

const [tenant] = TENANTS;
// What a database could get wrong here is asked on both by `it/actions/{use_hardware_token,use_sent_code,send_code}.rs`.
const [database] = DATABASES;

journey('hardware tokens, and codes that are sent', {
  on: `second steps on ${database.name}`,
  start: () => World.start(database, tenant, `second-steps-${database.name}`),
  check: (world) => world.check(),
  end: (world, broken) => world.end(broken),
  steps: [
    ['the organisation allows codes', theOrganisationAllowsCodes],
    ['an admin imports a token', adaImportsTokens],
    ['Gus adds it with proof', gusAddsHis],
    ['the token lets him in', theTokenLetsHimIn],
    ['codes are added with proof', peopleAddCodes],
    ['a text lets Ana in, without a script', aTextLetsAnaIn],
    ['a call lets Gus in', letsGusIn('voice', /^Call .* with a code/)],
    ['a mail lets Gus in', letsGusIn('email', /^Mail a code to/)],
    ['a removed passkey leaves the device', aRemovedPasskeyLeavesTheDevice],
  ],
});
