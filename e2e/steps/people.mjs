// People are changed by an admin; a case is opened for a caller, who joins by its reference.
import assert from 'node:assert/strict';
import { expectRefusal } from '../lib/browser.mjs';
import { FAY, GUS } from '../lib/people.mjs';
import { button, field, isAt, link } from '../lib/person.mjs';

export async function anAdminChangesAPerson(world) {
  const page = await world.window('ada');
  await page.goto('/desk/people');
  await link(page, GUS.name).click();
  await isAt(page, /people/, GUS.name);
  await world.look(page, 'desk-person');
  await world.walk(page, 'desk-person');
  await link(page, 'Add a contact').click();
  await field(page, 'Number or address').fill('12');
  await field(page, 'How you know that it is theirs').fill('HR form of 30 November');
  await expectRefusal(page, () => button(page, 'Add the contact').click());
  await page.getByText('with + and the country').first().waitFor();
  await world.look(page, 'desk-contact-refused');
  await field(page, 'Number or address').fill('+44 7700 900138');
  await button(page, 'Add the contact').click();
  await isAt(page, /people\/[^/]*$/, GUS.name);
  await page.getByText('call from').waitFor();
  await link(page, 'Edit').click();
  await world.look(page, 'desk-edit-person');
  await field(page, "Manager's login").fill('sol');
  await field(page, 'Reason').fill('Moved to the harbour office');
  await button(page, 'Save').click();
  await isAt(page, /people\/[^/]*$/, GUS.name);
  await page.getByText('Add a note').click();
  await field(page, 'Note').fill('Travels until Friday');
  await button(page, 'Keep the note').click();
  await page.getByText('Travels until Friday').waitFor();
  await world.look(page, 'desk-person-changed');
  await page.goto('/desk/set-up');
  await isAt(page, '/desk/set-up', /^Set up Postern/);
  await world.look(page, 'desk-set-up');
}

export async function aCallerJoinsTheCaseThatTheDeskOpened(world) {
  const ben = await world.window('ben');
  await ben.goto('/desk/people');
  await link(ben, FAY.name).click();
  await link(ben.getByRole('main'), 'Open a case').click();
  await world.look(ben, 'desk-open-case');
  await field(ben, 'Reason').fill('Rang from a borrowed phone');
  await button(ben, 'Open the case').click();
  await isAt(ben, /\/desk\/cases\//, FAY.name);
  await ben.getByRole('heading', { name: /give the caller the reference/ }).waitFor();
  await world.look(ben, 'desk-case-opened');
  const reference = await ben.locator('.key-sentence .ref').innerText();
  const fay = await world.window('fay-by-phone');
  await fay.goto('/recover');
  await link(fay, 'I have a reference').click();
  await field(fay, 'Login').fill(FAY.login);
  await field(fay, 'Reference').fill('C-222222');
  await expectRefusal(fay, () => button(fay, 'Go on').click());
  await fay.getByText('There is no open request').waitFor();
  await world.look(fay, 'join-refused');
  await field(fay, 'Reference').fill(reference);
  await button(fay, 'Go on').click();
  await isAt(fay, '/recover/case', 'Your recovery');
  // The desk's page shows it without a press.
  await ben.getByRole('heading', { name: /^Next: call/ }).waitFor();
  await fay.getByText('Withdraw the request').click();
  await button(fay, 'Yes, withdraw it').click();
  assert.equal(await fay.getByRole('link', { name: 'Start a new request' }).count(), 1);
}
