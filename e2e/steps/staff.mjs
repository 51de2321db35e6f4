// Staff and the manager come in with a passkey; without one the desk stays shut.
import assert from 'node:assert/strict';
import { addPasskey, isAt, signIn, signInWithPasskey, signOut } from '../lib/person.mjs';

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
  await addPasskey(page);
  await world.look(page, 'account-with-passkey');
  await signOut(page);
  await signInWithPasskey(page);
  await page.goto('/desk');
  await isAt(page, '/desk', 'Cases');
}

export const comesInWithAPasskey = (login) => async (world) => {
  const page = await world.window(login);
  await signIn(page, world.server, login);
  await addPasskey(page);
  await signOut(page);
  await signInWithPasskey(page);
};
