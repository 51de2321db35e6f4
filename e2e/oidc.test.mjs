// An account at an identity provider: linked on the account page, and then the first step of a sign-in.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectRefusal } from './lib/browser.mjs';
import { DATABASES } from './lib/database.mjs';
import { CLIENT, startProvider } from './lib/identity_provider.mjs';
import { journey } from './lib/journey.mjs';
import { GUS, TENANTS } from './lib/people.mjs';
import { button, field, isAt, link, openAdding, signIn } from './lib/person.mjs';
import { run } from './lib/server.mjs';
import { until } from './lib/wait.mjs';
import { World } from './lib/world.mjs';

async function start() {
  const world = await World.start(database, tenant, `oidc-${database.name}`);
  world.provider = await startProvider(`${world.server.url}/sign-in/federated/pier`);
  return world;
}

async function end(world, broken) {
  await world.provider.stop();
  await world.end(broken);
}

// Whoever goes to the provider calls another host, and that is no fault of a page.
async function elsewhere(page, act) {
  await act();
  page.complaints = page.complaints.filter((text) => !/calls another host: 127\.0\.0\.1/.test(text));
}

async function signsInThere(page, account) {
  await page.getByRole('heading', { name: 'Sign in to Pier' }).waitFor();
  await field(page, 'Account').fill(account);
  await button(page, 'Sign in to Pier').click();
}

async function theOperatorNamesAProvider(world) {
  const file = join(world.server.data, 'providers.toml');
  const fields = { name: 'pier', title: 'Pier account', issuer: world.provider.issuer, ...CLIENT };
  const lines = Object.entries(fields).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  await writeFile(file, ['[[provider]]', ...lines].join('\n'));
  const set = ['--set', `identity_providers=@${file}`, '--reason', 'our people have accounts there'];
  const done = await run('postern', 'tenant', 'settings', tenant.slug, '--data', world.server.data, ...set);
  assert.equal(done.status, 0, done.stderr);
  assert.ok(!done.stdout.includes(CLIENT.client_secret), 'the secret is shown to nobody');
  const page = await world.window('gus');
  await until('the sign-in page offers it', async () => {
    await page.goto('/sign-in');
    return (await button(page, 'Sign in with Pier account').count()) === 1;
  });
  await world.look(page, 'sign-in-with-a-provider');
}

async function gusLinksHisAccount(world) {
  const page = await world.window('gus');
  await signIn(page, world.server, GUS.login);
  await openAdding(page);
  await link(page, 'Link your Pier account').click();
  await isAt(page, '/account/linked-accounts/pier', 'Link your Pier account');
  await world.look(page, 'link-an-account');
  await field(page, /^Code from/).fill(await world.server.phoneCode(GUS.login));
  await elsewhere(page, async () => {
    await button(page, 'Go on with a code').click();
    await signsInThere(page, 'gus-at-pier');
    await isAt(page, '/account', 'Your account');
  });
  await page.getByText('The account is linked.').waitFor();
  const told = (await world.server.outbox()).filter(({ body }) => /added to your account|sign-in method/i.test(body));
  assert.ok(told.length > 0, 'his contacts are told');
}

// Without a script too.
async function itIsTheFirstStep(world) {
  const page = await world.window('another laptop', { javaScriptEnabled: false });
  await page.goto('/sign-in');
  await elsewhere(page, async () => {
    await button(page, 'Sign in with Pier account').click();
    await signsInThere(page, 'gus-at-pier');
    await isAt(page, '/sign-in/second-step');
  });
  await field(page, 'Code from your app').fill(await world.server.phoneCode(GUS.login));
  await button(page, 'Continue').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await page.goto('/account');
  await page.getByText('Pier account', { exact: true }).first().waitFor();
}

async function aStrangerIsNotLetIn(world) {
  const page = await world.window('stranger');
  await page.goto('/sign-in');
  await expectRefusal(page, () =>
    elsewhere(page, async () => {
      await button(page, 'Sign in with Pier account').click();
      await signsInThere(page, 'somebody-else');
      await page.getByText('This account lets nobody in here.').waitFor();
    }),
  );
  await world.look(page, 'account-is-not-linked');
}

const [tenant] = TENANTS;
// What a database could get wrong here is asked on both by `it/actions/{link_account,sign_in_with_provider}.rs`.
const [database] = DATABASES;

journey('an account at an identity provider', {
  on: `oidc on ${database.name}`,
  start,
  check: (world) => world.check(),
  end,
  steps: [
    ['the operator names a provider', theOperatorNamesAProvider],
    ['an account is linked with proof, and by a sign-in there', gusLinksHisAccount],
    ['it is the first step of a sign-in', itIsTheFirstStep],
    ['an account that nobody has linked lets nobody in', aStrangerIsNotLetIn],
  ],
});
