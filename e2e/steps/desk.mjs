// The agent: sees why, sees what the policy still wants, gathers it, and resets.
import assert from 'node:assert/strict';
import { expectRefusal } from '../lib/browser.mjs';
import { ANA, CARL, STRANGER } from '../lib/people.mjs';
import { button, field, isAt, link } from '../lib/person.mjs';
import { until } from '../lib/wait.mjs';
import { text } from './recovery.mjs';

export async function theQueueShowsTheCase(world) {
  const page = await world.window('ben');
  await page.goto('/desk');
  await page.getByRole('table').getByRole('link', { name: ANA.name }).waitFor();
  await world.look(page, 'queue');
  await page.getByRole('table').getByRole('link', { name: ANA.name }).click();
  await isAt(page, /^\/desk\/cases\/[^/]+$/);
  world.notes.casePath = new URL(page.url()).pathname;
}

export async function theResetIsLockedAndSaysWhy(world) {
  const page = await world.window('ben');
  await page.getByText(/codes remaining/i).first().waitFor();
  const reset = button(page, 'Force MFA reset');
  assert.ok(await reset.isDisabled(), 'the reset is locked');
  const why = await reset.getAttribute('aria-describedby');
  assert.ok(why, 'the locked button names its explanation');
  assert.notEqual(await text(page, `#${why.split(' ')[0]}`), '');
  await world.look(page, 'desk-case-locked');
  await world.walk(page, 'desk-case-locked');
}

// Only numbers that were on file can be called: there is nothing to type one into.
export async function benCallsTheOfficeNumber(world) {
  const page = await world.window('ben');
  const numbers = page.locator('form[action$="/call"] input[name=contact]');
  assert.deepEqual([...new Set(await numbers.evaluateAll((inputs) => inputs.map((input) => input.type)))], ['radio']);
  assert.equal(await page.getByRole('radio', { name: ANA.mobile }).count(), 0, 'a number that is too fresh is not offered');
  await page.getByRole('radio', { name: world.tenant.anasOffice }).check();
}

export async function benRecordsTheCall(world) {
  const page = await world.window('ben');
  await page.getByRole('radio', { name: 'Yes, and device and place match' }).check();
  await field(page, /Phrase they read to you/).fill(world.notes.phrase);
  await field(page, 'Ticket or recording').fill('Ticket 4711');
  await button(page, 'Record the call').click();
  await page.getByText('The page is bound').waitFor();
  await page.getByText('Ticket 4711').first().waitFor();
  assert.ok(await button(page, 'Force MFA reset').isDisabled(), 'one proof is not enough');
  await world.look(page, 'desk-case-one-proof');
}

// Choosing what is never accepted is answered plainly, and stays on the record.
export async function aBirthdayIsNoProof(world) {
  const page = await world.window('ben');
  await page.getByText('Add other proof').click();
  await expectRefusal(page, async () => {
    await page.getByRole('combobox', { name: 'Kind of proof' }).selectOption('security_question');
    await field(page, 'Reference').fill('Knows her birthday');
    await button(page, 'Record evidence').click();
    await page.getByText(/never accepted as proof/).first().waitFor();
  });
  await world.look(page, 'desk-case-never-accepted');
  assert.ok(await button(page, 'Force MFA reset').isDisabled(), 'it opens nothing');
}

export async function theManagerVouches(world) {
  const page = await world.window('mona');
  await page.goto('/account');
  await world.look(page, 'account-of-the-manager');
  await page.locator('a[href*="/account/vouches/"]').first().click();
  await isAt(page, /^\/account\/vouches\/[^/]+$/);
  await world.look(page, 'vouch');
  await field(page, 'The three words on their page').fill(world.notes.phrase);
  await field(page, 'How do you know that it is them?').fill('We spoke on a video call, I see her every day.');
  await button(page, /^Yes, it is/).click();
  await isAt(page, '/account');
  await world.look(page, 'vouched');
}

export async function theLockOpens(world) {
  const page = await world.window('ben');
  await page.goto(world.notes.casePath);
  await page.getByRole('heading', { name: 'What ends at once' }).waitFor();
  await world.look(page, 'desk-case-open');
  await page.goto(`${world.notes.casePath}/apply-remedy`);
  await field(page, 'Reason').waitFor();
  await world.look(page, 'apply-remedy');
  await page.goto(world.notes.casePath);
}

export async function benForcesTheReset(world) {
  const page = await world.window('ben');
  const reason = field(page, 'Reason');
  await button(page, 'Remove all factors now').click();
  await reason.waitFor();
  assert.ok(await reason.evaluate((input) => !input.checkValidity()), 'an empty reason is not sent');
  world.notes.reason = 'Lost phone; called back on the office number, manager vouched.';
  await reason.fill(world.notes.reason);
  await button(page, 'Remove all factors now').click();
  await isAt(page, world.notes.casePath);
  await world.look(page, 'desk-case-reset');
}

export async function aCaseCanBeRefusedOrHandedOn(world) {
  const page = await world.window('ben');
  // Nobody knows who opened these: no device of theirs, no password.
  for (const [who, name, submit, outcome] of [
    [CARL.name, 'Escalate', 'Hand to a senior', /escalated/],
    [STRANGER.login, 'Refuse', 'Refuse the case', /closed/i],
  ]) {
    await page.goto('/desk?list=strangers');
    await page.getByRole('table').getByRole('link', { name: who }).click();
    await isAt(page, /^\/desk\/cases\/[^/]+$/);
    await link(page, name).click();
    await field(page, 'Reason').waitFor();
    await world.look(page, name.toLowerCase());
    await field(page, 'Reason').fill('The number on file is not answered.');
    await button(page, submit).click();
    await isAt(page, /^\/desk\/cases\/[^/]+$/);
    await page.locator('main').getByText(outcome).first().waitFor();
    await world.look(page, `${name.toLowerCase()}-done`);
  }
}

export async function theCaseClosedByItself(world) {
  const page = await world.window('ben');
  await until('the case to close', async () => {
    await page.goto(world.notes.casePath);
    return (await text(page, '[data-stage]')) === 'Closed';
  });
  await world.look(page, 'desk-case-closed');
}
