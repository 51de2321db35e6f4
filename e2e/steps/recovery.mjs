// The locked-out person: from "I can't use my second step" to a case that waits for the desk.
import assert from 'node:assert/strict';
import { ANA, CARL, STRANGER } from '../lib/people.mjs';
import { button, field, givePassword, isAt, link } from '../lib/person.mjs';

export async function anaLostHerPhone(world) {
  const page = await world.window('ana');
  await page.goto('/sign-in');
  await world.look(page, 'sign-in');
  await world.walk(page, 'sign-in');
  await givePassword(page, world.server, ANA.login);
  await isAt(page, '/sign-in/second-step');
  await world.look(page, 'second-step');
  await link(page, "I can't use my second step").click();
  await isAt(page, '/recover/options', /What can you still use\?/);
  await world.look(page, 'recovery-options');
}

export async function anaOpensACase(world) {
  const page = await world.window('ana');
  await button(page, 'I have none of these').click();
  await isAt(page, '/recover/case', /Your recovery/);
  world.notes.phrase = await text(page, '[data-phrase]');
  world.notes.reference = await text(page, '[data-reference]');
  world.notes.stage = await text(page, '[data-stage]');
  assert.match(world.notes.phrase, /\w+\W+\w+/, 'a phrase is words to read aloud');
  await world.look(page, 'case-opened');
  await world.walk(page, 'case-opened');
}

export async function theClaimantPageSurvivesAReload(world) {
  const page = await world.window('ana');
  await page.reload();
  assert.equal(await text(page, '[data-reference]'), world.notes.reference);
  assert.equal(await text(page, '[data-phrase]'), world.notes.phrase);
  assert.equal(await text(page, '[data-stage]'), world.notes.stage);
}

export async function theClaimantPageSaysThatSheIsBack(world) {
  const page = await world.window('ana');
  await page.goto('/recover/case');
  await page.locator('[data-stage]').getByText('You are back in').waitFor();
  await world.look(page, 'case-closed');
}

// Somebody who exists, and somebody who doesn't, are told the same, to the letter.
export async function strangersAreAnsweredAlike(world) {
  const known = await startCold(world, 'a known person', CARL.login);
  const stranger = await startCold(world, 'a stranger', STRANGER.login);
  assert.deepEqual(stranger, known);
  await world.look(await world.window('a stranger'), 'case-of-a-stranger');
}

async function startCold(world, who, login) {
  const page = await world.window(who);
  const said = [];
  await page.goto('/recover');
  await field(page, 'Login').fill(login);
  await button(page, 'Continue').click();
  await page.getByRole('heading', { name: /What can you still use\?/ }).waitFor();
  said.push(await says(page, login));
  await button(page, 'I have none of these').click();
  await isAt(page, '/recover/case', /Your recovery/);
  said.push(await says(page, login));
  return said;
}

// The words of a page but those that differ from case to case.
async function says(page, login) {
  return page.evaluate((login) => {
    const words = document.querySelector('main').cloneNode(true);
    for (const own of words.querySelectorAll('[data-phrase], [data-reference], time, [data-countdown]')) own.textContent = '…';
    return words.textContent.replaceAll(login, '…').replace(/\s+/g, ' ').trim();
  }, login);
}

export async function text(page, selector) {
  return (await page.locator(selector).first().innerText()).trim();
}
