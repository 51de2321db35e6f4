// After the reset: password and pass lead to enrolment and nowhere else, and enrolment leads home.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { expectRefusal } from '../lib/browser.mjs';
import { button, field, givePassword, isAt, isShut, link, signOut } from '../lib/person.mjs';
import { ANA } from '../lib/people.mjs';
import { totp } from '../lib/totp.mjs';
import { until } from '../lib/wait.mjs';
import { text } from './recovery.mjs';

// Nobody reloads: the page asks for itself. The agent's screen never has the pass.
export async function anaIsShownHerPass(world) {
  const page = await world.window('ana');
  await button(page, 'Show my pass').waitFor();
  await world.look(page, 'case-ready');
  await button(page, 'Show my pass').click();
  world.notes.pass = await text(page, '[data-pass]');
  const before = await text(page, '[data-countdown]');
  await until('the countdown to move', async () => (await text(page, '[data-countdown]')) !== before);
  await world.look(page, 'case-pass');
  const desk = await world.window('ben');
  await desk.goto(world.notes.casePath);
  assert.ok(!(await desk.content()).includes(world.notes.pass), 'the agent is never shown the pass');
}

export async function thePasswordAloneLeadsNowhere(world) {
  const page = await world.window('ana');
  await givePassword(page, world.server, ANA.login);
  await isAt(page, '/sign-in/pass');
  await world.look(page, 'pass');
  for (const elsewhere of ['/account', '/enrol', '/enrol/code-app', '/sign-in/second-step', '/desk']) await isShut(page, elsewhere);
}

export async function aWrongPassIsRefused(world) {
  const page = await world.window('ana');
  await page.goto('/sign-in/pass');
  await expectRefusal(page, async () => {
    await givePass(page, world.notes.pass.replace(/[A-Z0-9]/gi, (letter) => (letter === 'A' ? 'B' : 'A')));
    await page.getByRole('alert').waitFor();
  });
  await isAt(page, '/sign-in/pass');
  await world.look(page, 'pass-refused');
}

export async function passwordAndPassLeadToEnrolment(world) {
  const page = await world.window('ana');
  await givePass(page, world.notes.pass);
  await isAt(page, '/enrol');
  await button(page, 'Create a passkey').waitFor();
  await world.look(page, 'enrol-passkey');
  await link(page, 'Use a code app instead').click();
  await isAt(page, '/enrol/code-app');
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  assert.match(await link(page, 'Open it in the app').getAttribute('href'), /^otpauth:/);
  world.notes.key = await text(page, '[data-key]');
  await world.look(page, 'enrol');
  for (const elsewhere of ['/account', '/desk', '/sign-in/second-step']) await isShut(page, elsewhere);
  await page.goto('/enrol/code-app');
  assert.equal(await text(page, '[data-key]'), world.notes.key, 'the key stays while it is being typed');
}

export async function aWrongCodeEnrolsNothing(world) {
  const page = await world.window('ana');
  const right = await world.server.appCode(ANA.login, world.notes.key);
  await expectRefusal(page, async () => {
    await field(page, 'Code from your app').fill(right.replace(/\d/g, (digit) => String(9 - digit)));
    await button(page, 'Check the code').click();
    await page.getByRole('alert').waitFor();
  });
  assert.equal(await text(page, '[data-key]'), world.notes.key, 'the key stays');
  assert.equal(await page.locator('[data-codes]').count(), 0);
  await world.look(page, 'enrol-refused');
}

export async function aSlowPhoneIsToldByHowMuch(world) {
  const page = await world.window('ana');
  const fourMinutesAgo = (await world.server.now()) - 240;
  await expectRefusal(page, async () => {
    await field(page, 'Code from your app').fill(totp(world.notes.key, fourMinutesAgo));
    await button(page, 'Check the code').click();
    await page.getByRole('alert').getByText(/4 minutes slow/).waitFor();
  });
  await world.look(page, 'enrol-slow-phone');
}

export async function anaEnrolsHerNewPhone(world) {
  const page = await world.window('ana');
  await field(page, 'Code from your app').fill(await world.server.appCode(ANA.login, world.notes.key));
  await button(page, 'Check the code').click();
  await page.getByRole('heading', { level: 1, name: 'Keep these codes' }).waitFor();
  world.notes.codes = (await text(page, '[data-codes]')).split(/\s+/).filter(Boolean);
  assert.ok(world.notes.codes.length >= 8, 'a list of backup codes');
  await world.look(page, 'backup-codes');
}

export async function anaKeepsHerCodes(world) {
  const page = await world.window('ana');
  const codes = world.notes.codes;
  await button(page, 'Copy').click();
  await until('the codes on the clipboard', async () => {
    const clipboard = await page.evaluate(() => navigator.clipboard.readText());
    return codes.every((code) => clipboard.includes(code));
  });
  const [download] = await Promise.all([page.waitForEvent('download'), link(page, 'Download').click()]);
  const file = await readFile(await download.path(), 'utf8');
  for (const code of codes) assert.ok(file.includes(code), 'the file has every code');
  await button(page, 'Print').waitFor();
  await button(page, 'I have kept these codes').click();
  await page.getByRole('heading', { level: 1, name: 'Your new way to sign in is set up' }).waitFor();
  for (const code of codes) assert.ok(!(await page.content()).includes(code), 'the codes are shown once');
  await world.look(page, 'enrolled');
}

export async function thePassIsUsedUp(world) {
  const page = await world.window('somebody with the old pass');
  await givePassword(page, world.server, ANA.login);
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await expectRefusal(page, () => page.goto('/sign-in/pass'));
  if (new URL(page.url()).pathname === '/sign-in/pass') {
    await expectRefusal(page, async () => {
      await givePass(page, world.notes.pass);
      await page.getByRole('alert').waitFor();
    });
  }
  assert.notEqual(new URL(page.url()).pathname, '/enrol');
}

export async function anaSignsInFully(world) {
  const page = await world.window('ana');
  assert.equal(await field(page, 'Login').inputValue(), ANA.login);
  await page.getByLabel('Password', { exact: true }).fill(world.server.password(ANA.login));
  await button(page, 'Sign in').click();
  await isAt(page, '/sign-in/second-step');
  await field(page, 'Code from your app').fill(await world.server.appCode(ANA.login, world.notes.key));
  await button(page, 'Continue').click();
  await isAt(page, '/account', 'Your account');
  await page.getByText('You are back in. Your recovery is closed').waitFor();
  await world.look(page, 'account-of-ana');
}

export async function aBackupCodeIsAsGoodAsThePhone(world) {
  const page = await world.window('ana');
  await page.goto('/account');
  await signOut(page);
  await givePassword(page, world.server, ANA.login);
  await isAt(page, '/sign-in/second-step');
  await page.getByText('Use a backup code').click();
  await world.look(page, 'backup-code');
  await field(page, 'Backup code').fill(world.notes.codes[0]);
  await button(page, 'Use backup code').click();
  await isAt(page, '/account', 'Your account');
  await page.getByText(`${world.notes.codes.length - 1} codes remaining`).waitFor();
}

async function givePass(page, pass) {
  await field(page, 'Enrolment pass').fill(pass);
  await button(page, 'Continue').click();
}
