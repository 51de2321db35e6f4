// Staff and the manager come in with a passkey; without one the desk stays shut.
import assert from 'node:assert/strict';
import { expectRefusal } from '../lib/browser.mjs';
import { addPasskey, button, field, isAt, link, openAdding, signIn, signInWithPasskey, signOut } from '../lib/person.mjs';
import { totp } from '../lib/totp.mjs';
import { text } from './recovery.mjs';

export async function theDeskWantsAPasskey(world) {
  const page = await world.window('ben');
  await signIn(page, world.server, 'ben');
  await world.look(page, 'account');
  await page.goto('/desk');
  await page.getByRole('heading', { level: 1, name: /passkey/i }).waitFor();
  assert.equal(await page.getByRole('table').count(), 0, 'no case is shown');
  await world.look(page, 'desk-wants-a-passkey');
}

export async function benSignsInWithAPasskey(world) {
  const page = await world.window('ben');
  await page.goto('/account');
  await addPasskey(page, world.server, 'ben');
  await world.look(page, 'account-with-passkey');
  await signOut(page);
  await signInWithPasskey(page);
  await page.goto('/desk');
  await isAt(page, '/desk', 'Cases');
}

export const comesInWithAPasskey = (login) => async (world) => {
  const page = await world.window(login);
  await signIn(page, world.server, login);
  await addPasskey(page, world.server, login);
  await signOut(page);
  await signInWithPasskey(page);
};

// A passkey proves the removal of the code app in the same act, and Ben keeps the way in that he has.
export async function aFactorIsNamedAndRemovedWithProof(world) {
  const page = await world.window('otto');
  await page.goto('/account');
  const named = page.getByRole('listitem').filter({ hasText: 'Name or remove' }).filter({ hasText: 'Passkey' }).first();
  await named.getByText('Name or remove').click();
  await named.getByRole('textbox', { name: 'Name' }).fill('Blue key');
  await world.look(page, 'account-factor-open');
  await named.getByRole('button', { name: 'Save the name' }).click();
  await page.getByText('Blue key').first().waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Name or remove' }).filter({ hasText: 'Code app' }).first().getByText('Name or remove').click();
  await link(page, 'Remove Code app').click();
  await isAt(page, /remove$/, 'Remove Code app');
  await world.look(page, 'account-remove-factor');
  await button(page, 'Remove it with a passkey').click();
  await isAt(page, '/account', 'Your account');
  const codeApps = page.getByRole('listitem').filter({ hasText: 'Name or remove' }).filter({ hasText: 'Code app' });
  assert.equal(await codeApps.count(), 0, 'the code app is gone');
  await page.getByText('Name or remove').click();
  await link(page, 'Remove Blue key').click();
  await page.getByText('the only way you have to sign in').waitFor();
  await world.look(page, 'account-remove-last-factor');
}

// A new phone: its code app is added with the passkey as proof, and nobody is called.
export async function aPasskeyProvesANewCodeApp(world) {
  const page = await world.window('otto');
  await page.goto('/account');
  await openAdding(page);
  await button(page, 'Add a code app').click();
  await isAt(page, '/account/code-apps/new', 'Add a code app');
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  const key = await text(page, '[data-key]');
  await world.look(page, 'account-add-code-app');
  await field(page, 'Code that the new app shows').fill(totp(key, await world.server.now()));
  await field(page, /^Name for it/).fill('New phone');
  await button(page, 'Use a passkey').click();
  await isAt(page, '/account', 'Your account');
  await page.getByText('New phone').first().waitFor();
}

// Codes that were shown and not kept count nothing; those that were kept do.
export async function freshBackupCodesCountOnceKept(world) {
  const page = await world.window('otto');
  for (const keeps of [false, true]) {
    await link(page, 'Make new backup codes').click();
    await isAt(page, '/account/backup-codes', 'New backup codes');
    await world.look(page, 'account-backup-codes');
    await button(page, 'Use a passkey').click();
    await page.getByRole('heading', { level: 1, name: 'Keep these backup codes' }).waitFor();
    await world.look(page, 'account-backup-codes-shown');
    if (keeps) {
      await page.getByRole('checkbox', { name: 'I have kept these codes' }).check();
      await button(page, 'Use these codes from now on').click();
    } else {
      await page.goto('/account');
    }
    await isAt(page, '/account', 'Your account');
    await page.getByText(keeps ? '10 codes remaining' : '0 codes remaining').waitFor();
  }
}

// Five minutes after she signed in, a token wants a touch; what she typed is still there.
export async function aTokenWantsATouch(world) {
  const page = await world.window('ada');
  await page.goto('/desk/tokens');
  await world.server.advance(301);
  await field(page, 'For which program').fill('Ticket system');
  await page.getByRole('checkbox', { name: 'cases:read' }).check();
  await expectRefusal(page, async () => {
    await button(page, 'Make token').click();
    await page.getByRole('alert').getByText(/touch of your passkey/).waitFor();
  });
  assert.equal(await field(page, 'For which program').inputValue(), 'Ticket system');
  await world.look(page, 'tokens-step-up');
  await button(page, 'Touch your passkey and go on').click();
  await page.getByRole('heading', { name: 'Copy the token now' }).waitFor();
}
