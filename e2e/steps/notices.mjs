// Never silent: who was on file before is told, on each contact, with a way to stop it.
import assert from 'node:assert/strict';
import { button, field } from '../lib/person.mjs';
import { ANA, GUS, emailOf } from '../lib/people.mjs';
import { until } from '../lib/wait.mjs';

const NOT_ME = /\/not-me#([\w-]+)/;

// Each step of the case was told on each contact; a desk phone can't follow a link, so it is told whom to call.
export async function everyEarlierContactIsTold(world) {
  const told = (recipient, subject, stop) => async () => {
    const messages = (await world.server.outbox()).filter((message) => message.recipient === recipient);
    return messages.some((message) => subject.test(message.subject) && stop.test(message.body));
  };
  for (const step of [/asked to recover/, /about to be reset/, /were removed/, /was added/, /back in/]) {
    await until(`"${step.source}" by mail`, told(emailOf(world, ANA), step, NOT_ME));
    await until(`"${step.source}" by SMS`, told(ANA.mobile, step, NOT_ME));
    await until(`"${step.source}" by voice`, told(world.tenant.anasOffice, step, /If this was not you, call the help desk/));
  }
}

// The code is in the part of the link that no server and no log ever sees.
export async function thisWasNotMeStopsACase(world) {
  const message = (await world.server.outbox()).find(
    ({ recipient, body }) => recipient === emailOf(world, GUS) && NOT_ME.test(body),
  );
  assert.ok(message, 'Gus was told of the case that somebody opened in his name');
  const page = await world.window('an owner');
  const code = message.body.match(NOT_ME)[1];
  await page.goto(`/not-me#${code}`);
  assert.equal(await field(page, 'Code from the message').inputValue(), code);
  await world.look(page, 'not-me');
  await button(page, 'This was not me').click();
  await button(page, 'This was not me').waitFor({ state: 'hidden' });
  await world.look(page, 'not-me-done');
  const desk = await world.window('ben');
  await desk.goto(`/desk?q=${encodeURIComponent(GUS.name)}`);
  await desk.getByRole('table').getByRole('link', { name: GUS.name }).click();
  await desk.locator('[data-stage]').getByText(/^Contested/).waitFor();
  await world.look(desk, 'desk-case-contested');
}
