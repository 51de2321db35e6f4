// What everybody does on the pages that everybody uses.
import assert from 'node:assert/strict';
import { expectRefusal } from './browser.mjs';

export const button = (page, name) => page.getByRole('button', { name, exact: typeof name === 'string' });
export const link = (page, name) => page.getByRole('link', { name, exact: typeof name === 'string' });
export const field = (page, name) => page.getByRole('textbox', { name, exact: typeof name === 'string' });

// The first heading says where we are.
export async function isAt(page, path, heading) {
  await page.waitForURL((url) => (typeof path === 'string' ? url.pathname === path : path.test(url.pathname)));
  if (heading) await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

export async function givePassword(page, server, login) {
  await page.goto('/sign-in');
  await field(page, 'Login').fill(login);
  await page.getByLabel('Password', { exact: true }).fill(server.password(login));
  await button(page, 'Sign in').click();
}

export async function signIn(page, server, login) {
  await givePassword(page, server, login);
  await isAt(page, '/sign-in/second-step');
  await field(page, 'Code from your app').fill(await server.phoneCode(login));
  await button(page, 'Continue').click();
  await leavesSignIn(page);
  await page.goto('/account');
  await isAt(page, '/account', 'Your account');
}

// What is added stands in a fold of the account page.
export async function openAdding(page) {
  await page.getByText('Add a way to sign in', { exact: true }).click();
}

// The phone's next code proves it: the one of the sign-in is used up.
export async function addPasskey(page, server, login) {
  const listed = page.getByText(/passkey/i);
  const before = await listed.count();
  await openAdding(page);
  await field(page, /^Code from your app/).fill(await server.phoneCode(login));
  await Promise.all([page.waitForEvent('load'), button(page, 'Add a passkey').click()]);
  await isAt(page, '/account');
  assert.ok((await listed.count()) > before, 'the new passkey is listed');
}

export async function signInWithPasskey(page) {
  await page.goto('/sign-in');
  await button(page, 'Sign in with a passkey').click();
  await leavesSignIn(page);
}

export async function signOut(page) {
  await button(page, 'Sign out').click();
  await button(page, 'Sign out').waitFor({ state: 'hidden' });
  await isShut(page, '/account');
}

// A page that answers with a refusal, or with another page.
export async function isShut(page, path) {
  await expectRefusal(page, async () => {
    const answer = await page.goto(path);
    const elsewhere = new URL(page.url()).pathname !== path;
    assert.ok(elsewhere || answer.status() >= 400, `${path} is shut`);
  });
}

function leavesSignIn(page) {
  return page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}
