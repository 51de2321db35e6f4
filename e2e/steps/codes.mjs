// The gentler remedy: Fay is away from her phone and never made backup codes. She gets some, and keeps what she has.
import assert from 'node:assert/strict';
import { FAY } from '../lib/people.mjs';
import { button, field, givePassword, isAt, link } from '../lib/person.mjs';
import { until } from '../lib/wait.mjs';
import { text } from './recovery.mjs';

export async function fayIsAwayFromHerPhone(world) {
  const page = await world.window('fay away');
  await givePassword(page, world.server, FAY.login);
  await isAt(page, '/sign-in/second-step');
  await link(page, "I can't use my second step").click();
  await isAt(page, '/recover/options');
  await button(page, 'I have none of these').click();
  await isAt(page, '/recover/case', /Your recovery/);
  world.notes.fay = { phrase: await text(page, '[data-phrase]') };
}

export async function benProposesCodesInsteadOfAReset(world) {
  const page = await world.window('ben');
  await page.goto('/desk');
  await page.getByRole('table').getByRole('link', { name: FAY.name }).click();
  await isAt(page, /^\/desk\/cases\/[^/]+$/);
  world.notes.fay.casePath = new URL(page.url()).pathname;
  await page.getByText('Fresh backup codes instead').click();
  await world.look(page, 'desk-case-remedies');
  await field(page, 'Reason for the change').fill('Phone at home, nothing is lost.');
  await button(page, 'Change to: Fresh backup codes').click();
  await page.getByText('rung 3 of the ladder').waitFor();
  assert.ok(await button(page, 'Fresh backup codes').isDisabled(), 'codes want proof too');
}

export async function theProofIsTheSame(world) {
  const page = await world.window('ben');
  await page.locator('form[action$="/call"] input[name=contact]').first().check();
  await page.getByRole('radio', { name: 'Yes, and device and place match' }).check();
  await field(page, /Phrase they read to you/).fill(world.notes.fay.phrase);
  await field(page, 'Ticket or recording').fill('Ticket 4712');
  await button(page, 'Record the call').click();
  await page.getByText('The page is bound').waitFor();
  await page.getByText('Ticket 4712').first().waitFor();
  const manager = await world.window('mona');
  await manager.goto('/account');
  await manager.locator('a[href*="/account/vouches/"]').first().click();
  await field(manager, 'The three words on their page').fill(world.notes.fay.phrase);
  await field(manager, 'How do you know that it is them?').fill('She sits opposite me.');
  await button(manager, /^Yes, it is/).click();
  await isAt(manager, '/account');
}

export async function benLetsHerHaveCodes(world) {
  const page = await world.window('ben');
  await page.goto(world.notes.fay.casePath);
  await field(page, 'Reason').fill('Phone at home; called back, manager vouched.');
  await world.look(page, 'desk-case-codes-open');
  await button(page, 'Let them have new codes').click();
  await isAt(page, world.notes.fay.casePath);
  await page.getByText('You never see the codes').waitFor();
  await world.look(page, 'desk-case-codes');
}

export async function fayAndNotBenIsShownTheCodes(world) {
  const page = await world.window('fay away');
  await button(page, 'Show my backup codes').waitFor();
  await world.look(page, 'case-codes-ready');
  await button(page, 'Show my backup codes').click();
  await page.getByRole('heading', { level: 1, name: 'Keep these backup codes' }).waitFor();
  world.notes.fay.codes = await page.getByRole('main').getByRole('listitem').allInnerTexts();
  assert.equal(world.notes.fay.codes.length, 10);
  await world.look(page, 'case-codes');
  await page.getByRole('checkbox', { name: 'I have kept these codes' }).check();
  await button(page, 'Go to sign-in').click();
  await isAt(page, '/sign-in');
}

export async function oneOfThemClosesTheCase(world) {
  const page = await world.window('fay away');
  await givePassword(page, world.server, FAY.login);
  await isAt(page, '/sign-in/second-step');
  await page.getByText('Use a backup code').click();
  await field(page, 'Backup code').fill(world.notes.fay.codes[0]);
  await button(page, 'Use backup code').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await page.goto('/account');
  await page.getByText('9 codes remaining').waitFor();
  await page.getByText('Code app').first().waitFor();
  const desk = await world.window('ben');
  await until('the case to close', async () => {
    await desk.goto(world.notes.fay.casePath);
    return (await text(desk, '[data-stage]')) === 'Closed';
  });
}
