// Gus chooses a colleague who is to confirm one day that it is him; she says yes, and a year later he is reminded of her.
import { expectRefusal } from './lib/browser.mjs';
import { DATABASES } from './lib/database.mjs';
import { journey } from './lib/journey.mjs';
import { FAY, GUS, TENANTS, emailOf } from './lib/people.mjs';
import { button, field, isAt, link, signIn } from './lib/person.mjs';
import { until } from './lib/wait.mjs';
import { World } from './lib/world.mjs';

const A_YEAR = 365 * 24 * 3600;

const isMailed = (world, person, subject) => until(`"${subject}" to ${person.login}`, async () =>
  (await world.server.outbox()).some((one) => one.recipient === emailOf(world, person) && one.subject === subject));

const section = (page) => page.getByRole('region', { name: 'Trusted contacts' });

async function gusChoosesFay(world) {
  const page = await world.window('gus');
  await signIn(page, world.server, GUS.login);
  await page.goto('/account');
  await section(page).getByText('You have chosen nobody').waitFor();
  await link(page, 'Choose a trusted contact').click();
  await isAt(page, '/account/trusted-contacts/new', 'Choose a trusted contact');
  await world.look(page, 'choose-a-trusted-contact');
  await world.walk(page, 'choose-a-trusted-contact');
  await field(page, 'Their login, or their mail address at work').fill(GUS.login);
  await expectRefusal(page, async () => {
    await field(page, /Code from/).fill(await world.server.phoneCode(GUS.login));
    await button(page, 'Ask them').click();
    await page.getByRole('alert').getByText('This is you').waitFor();
  });
  await world.look(page, 'choose-oneself');
  await field(page, 'Their login, or their mail address at work').fill(FAY.login);
  await field(page, /Code from/).fill(await world.server.phoneCode(GUS.login));
  await button(page, 'Ask them').click();
  await isAt(page, '/account');
  await section(page).getByText('asked', { exact: true }).waitFor();
  await isMailed(world, GUS, 'Somebody was asked to be your trusted contact');
}

async function faySaysYes(world) {
  await isMailed(world, FAY, `${GUS.name} asks you to be their trusted contact`);
  const looking = await world.window('fay');
  await signIn(looking, world.server, FAY.login);
  await looking.goto('/account');
  await section(looking).getByText('Who trusts you').waitFor();
  await world.look(looking, 'account-of-who-is-asked');
  const page = await world.window('fay without a script', { javaScriptEnabled: false });
  await signIn(page, world.server, FAY.login);
  await page.goto('/account');
  await button(page, `Yes, be a trusted contact of ${GUS.name}`).click();
  await button(page, `Stop being the trusted contact of ${GUS.name}`).waitFor();
  await isMailed(world, GUS, 'You have a new trusted contact');
}

async function heSeesHerName(world) {
  const page = await world.window('gus');
  await page.goto('/account');
  await section(page).getByText(FAY.name, { exact: true }).waitFor();
  await world.look(page, 'account-with-a-trusted-contact');
  await world.walk(page, 'account-with-a-trusted-contact');
}

async function aYearLaterHeIsReminded(world) {
  await world.server.advance(A_YEAR + 60);
  await isMailed(world, GUS, 'Are these still your trusted contacts?');
}

async function heRemovesHer(world) {
  const page = await world.window('gus a year later');
  await signIn(page, world.server, GUS.login);
  await page.goto('/account');
  await link(page, `Remove ${FAY.name}`).click();
  await world.look(page, 'remove-a-trusted-contact');
  await field(page, /Code from/).fill(await world.server.phoneCode(GUS.login));
  await button(page, 'Remove it').click();
  await isAt(page, '/account');
  await section(page).getByText('You have chosen nobody').waitFor();
}

const [tenant] = TENANTS;
// What a database could get wrong here is asked on both by `it/actions/trusted_contacts.rs`.
const [database] = DATABASES;

journey('trusted contacts', {
  on: `trusted contacts on ${database.name}`,
  start: () => World.start(database, tenant, `trusted-contacts-${database.name}`),
  check: (world) => world.check(),
  end: (world, broken) => world.end(broken),
  steps: [
    ['Gus chooses Fay', gusChoosesFay],
    ['Fay says yes without a script', faySaysYes],
    ['he sees her name', heSeesHerName],
    ['a year later he is reminded', aYearLaterHeIsReminded],
    ['he removes her', heRemovesHer],
  ],
});
