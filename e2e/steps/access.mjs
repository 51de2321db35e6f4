// Doors that must open for everybody: without a mouse, and without JavaScript.
import assert from 'node:assert/strict';
import { expectRefusal, openWindow } from '../lib/browser.mjs';
import { FAY, GUS, TENANTS } from '../lib/people.mjs';
import { button, field, isAt, link } from '../lib/person.mjs';

const MOST_TABS = 25;

export async function theKeyboardIsEnoughToSignIn(world) {
  const { server } = world;
  const page = await world.window('somebody without a mouse');
  await page.goto('/sign-in');
  await tabTo(page, field(page, 'Login'));
  await page.keyboard.type(FAY.login);
  await tabTo(page, page.getByLabel('Password', { exact: true }));
  await page.keyboard.type(server.password(FAY.login));
  await tabTo(page, button(page, 'Sign in'));
  await page.keyboard.press('Enter');
  await isAt(page, '/sign-in/second-step');
  await tabTo(page, field(page, 'Code from your app'));
  await page.keyboard.type(await server.phoneCode(FAY.login));
  await page.keyboard.press('Enter');
  await isAt(page, '/account', 'Your account');
  await tabTo(page, button(page, 'Sign out'));
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname !== '/account');
}

// Presses Tab until the element has the focus, and demands that the focus can be seen.
async function tabTo(page, locator) {
  const target = await locator.elementHandle();
  const here = () => target.evaluate((element) => element === document.activeElement);
  for (let tabs = 0; !(await here()); tabs += 1) {
    assert.ok(tabs < MOST_TABS, `Tab reaches ${locator}`);
    await page.keyboard.press('Tab');
  }
  const seen = await target.evaluate((element) => {
    const { outlineStyle, boxShadow, borderColor } = getComputedStyle(element);
    element.blur();
    const still = getComputedStyle(element);
    const visible = outlineStyle !== still.outlineStyle || boxShadow !== still.boxShadow || borderColor !== still.borderColor;
    element.focus();
    return visible;
  });
  assert.ok(seen, `the focus on ${locator} can be seen`);
}

export async function pagesWorkWithoutJavaScript(world) {
  const { server } = world;
  const page = await world.window('somebody without JavaScript', { javaScriptEnabled: false });
  await page.goto('/sign-in');
  await field(page, 'Login').fill(GUS.login);
  await page.getByLabel('Password', { exact: true }).fill(server.password(GUS.login));
  await button(page, 'Sign in').click();
  await isAt(page, '/sign-in/second-step');
  await field(page, 'Code from your app').fill(await server.phoneCode(GUS.login));
  await button(page, 'Continue').click();
  await isAt(page, '/account', 'Your account');
  await button(page, 'Sign out').click();
  await page.goto('/recover');
  await field(page, 'Login').fill(GUS.login);
  await button(page, 'Continue').click();
  await page.getByRole('heading', { name: /What can you still use\?/ }).waitFor();
  await button(page, 'I have none of these').click();
  await isAt(page, '/recover/case', /Your recovery/);
  assert.notEqual((await page.locator('[data-phrase]').innerText()).trim(), '');
}

// An admin's cookies and passkey of this organisation, taken to the other one by hand.
export async function nothingOpensTheOther(world) {
  const other = TENANTS.find((tenant) => tenant !== world.tenant);
  const url = new URL(world.server.url);
  url.hostname = other.host;
  const ada = await world.window('ada');
  const cookies = await ada.context().cookies();
  assert.ok(cookies.length > 0, 'the admin has cookies');
  const carried = await openWindow(world.browser, url.href);
  // Secure cookies are set for https; Chromium sends them to *.localhost without it too.
  const home = `https://${other.host}/`;
  await carried.context().addCookies(cookies.map(({ name, value }) => ({ name, value, url: home, secure: true, httpOnly: true })));
  const sent = carried.waitForRequest((request) => request.url().endsWith('/sign-in'));
  await carried.goto('/sign-in');
  assert.match((await (await sent).allHeaders()).cookie ?? '', /session/, 'the cookies go to the other one');
  for (const path of ['/desk', '/account', '/desk/audit']) {
    await carried.goto(path);
    await isAt(carried, '/sign-in');
  }
  await expectRefusal(carried, () => carried.goto('/recover/case'));
  await carried.context().close();
  // The passkey is in the device of this window, and good for this host's name alone.
  await expectRefusal(ada, async () => {
    await ada.goto(new URL('/sign-in', url).href);
    await ada.locator('header').getByText(other.name).first().waitFor();
    await button(ada, 'Sign in with a passkey').click();
    await ada.getByText('No passkey was used').waitFor();
    await ada.goto(new URL('/desk', url).href);
    await isAt(ada, '/sign-in');
  });
  ada.complaints.length = 0;
  await ada.goto('/desk');
  await isAt(ada, '/desk');
}

// Two minutes before its end the page says so; after it, whoever signs in again has what they typed.
export async function aSessionEndsAndLosesNothing(world) {
  const page = await world.window('ada');
  await page.clock.install();
  await page.goto('/desk/people');
  await link(page, GUS.name).click();
  await isAt(page, /people\/[^/]*$/, GUS.name);
  await page.getByText('Add a note').click();
  await field(page, 'Note').fill('Rings from the yard on Mondays');
  await world.server.advance(13.5 * 60);
  await page.clock.fastForward('13:30');
  await page.getByText('Your session ends in two minutes').waitFor();
  await world.look(page, 'session-ends');
  await button(page, 'Stay signed in').click();
  await page.getByText('Your session ends in two minutes').waitFor({ state: 'hidden' });
  await world.server.advance(31 * 60);
  await button(page, 'Keep the note').click();
  await isAt(page, '/sign-in');
  await page.clock.resume();
  await button(page, 'Sign in with a passkey').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await link(page, 'Go back to it').click();
  await page.getByText('What you typed before your session ended is back').waitFor();
  assert.equal(await field(page, 'Note').inputValue(), 'Rings from the yard on Mondays');
  await world.look(page, 'session-ended');
  await button(page, 'Keep the note').click();
  await page.locator('.timeline').getByText('Rings from the yard on Mondays').waitFor();
}
