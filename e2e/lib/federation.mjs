// An account at an identity provider: linked on the account page, and then the first step of a sign-in. The same for each
// protocol: `provide` starts a provider, with its `settings`, `learn` for Postern's metadata where it wants any, `goOn` for
// what is pressed on the way back without scripts, `signOut` for what ends the session there where the provider says so, and `stop`.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectRefusal } from './browser.mjs';
import { DATABASES } from './database.mjs';
import { journey } from './journey.mjs';
import { GUS, TENANTS } from './people.mjs';
import { button, field, isAt, link, openAdding, signIn } from './person.mjs';
import { run } from './server.mjs';
import { until } from './wait.mjs';
import { World } from './world.mjs';

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
  const fields = { name: 'pier', title: 'Pier account', ...world.provider.settings };
  const lines = Object.entries(fields).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  await writeFile(file, ['[[provider]]', ...lines].join('\n'));
  const set = ['--set', `identity_providers=@${file}`, '--reason', 'our people have accounts there'];
  const done = await run('postern', 'tenant', 'settings', tenant.slug, '--data', world.server.data, ...set);
  assert.equal(done.status, 0, done.stderr);
  const secret = world.provider.settings.client_secret;
  assert.ok(!secret || !done.stdout.includes(secret), 'the secret is shown to nobody');
  const page = await world.window('gus');
  await until('the sign-in page offers it', async () => {
    await page.goto('/sign-in');
    return (await button(page, 'Sign in with Pier account').count()) === 1;
  });
  await world.look(page, 'sign-in-with-a-provider');
  const metadata = await fetch(`${world.server.url}/sign-in/federated/pier/metadata`);
  assert.equal(metadata.status, world.provider.learn ? 200 : 404);
  await world.provider.learn?.(await metadata.text());
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
    await world.provider.goOn?.(page);
    await isAt(page, '/sign-in/second-step');
  });
  await field(page, 'Code from your app').fill(await world.server.phoneCode(GUS.login));
  await button(page, 'Continue').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await page.goto('/account');
  await page.getByText('Pier account', { exact: true }).first().waitFor();
}

// In the same browser, which comes back to a session that is over; the other one, begun with a password, goes on.
async function signingOutThereIsSigningOutHere(world) {
  const page = await world.window('another laptop');
  await page.goto('/account');
  await isAt(page, '/account', 'Your account');
  await elsewhere(page, async () => {
    const heard = await world.provider.signOut(page);
    await until('the provider has said so', () => heard.length > 0);
    assert.deepEqual(heard, ['heard']);
  });
  await page.goto('/account');
  await isAt(page, '/sign-in');
  const own = await world.window('gus');
  await own.goto('/account');
  await isAt(own, '/account', 'Your account');
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

export function federation(protocol, provide) {
  journey(`an account at an identity provider, by ${protocol}`, {
    on: `${protocol} on ${database.name}`,
    async start() {
      const world = await World.start(database, tenant, `${protocol}-${database.name}`);
      world.provider = await provide(world);
      return world;
    },
    check: (world) => world.check(),
    end,
    steps: [
      ['the operator names a provider', theOperatorNamesAProvider],
      ['an account is linked with proof, and by a sign-in there', gusLinksHisAccount],
      ['it is the first step of a sign-in', itIsTheFirstStep],
      ...(protocol === 'oidc' ? [['signing out there is signing out here', signingOutThereIsSigningOutHere]] : []),
      ['an account that nobody has linked lets nobody in', aStrangerIsNotLetIn],
    ],
  });
}
