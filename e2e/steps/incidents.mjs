// A log of another provider comes in: what it shows stands in the queue, on the person and in the case, until it is closed.
import assert from 'node:assert/strict';
import { expectRefusal } from '../lib/browser.mjs';
import { DINA, emailOf } from '../lib/people.mjs';
import { button, field, isAt, link } from '../lib/person.mjs';
import { until } from '../lib/wait.mjs';

const REASON = 'Reached Dina on her office number: it was not her, the password is changed';

export async function theImportsPageTakesALog(world) {
  const page = await world.window('ada');
  await page.goto('/desk/imports');
  await isAt(page, '/desk/imports', 'Imports');
  await world.look(page, 'imports-empty');
  await expectRefusal(page, async () => {
    await send(page, 'notes.txt', 'nothing about sign-ins\n');
    await page.getByRole('alert').getByText(/No sign-in record/).waitFor();
  });
  await world.look(page, 'imports-refused');
  const now = (await world.server.now()) * 1000;
  const prompts = [150, 120, 90, 60, 30].map((seconds) => declined(emailOf(world, DINA), new Date(now - seconds * 1000)));
  await send(page, 'okta-2026-03-02.jsonl', `${prompts.join('\n')}\n{"broken\n{"eventType":"app.rate_limit"}\n`);
  const table = page.getByRole('table');
  await table.getByText('okta-2026-03-02.jsonl').waitFor();
  await table.getByText('1 malformed').click();
  await table.getByText(/line 6: /).waitFor();
  await world.look(page, 'imports');
}

async function send(page, name, text) {
  await page.getByLabel('Log file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
  await Promise.all([page.waitForEvent('load'), button(page, 'Import the log').click()]);
}

function declined(person, at) {
  return JSON.stringify({
    postern: 'signin/v1', provider: 'okta', at: at.toISOString(), person, ip: '198.51.100.7',
    method: 'push', result: 'failure', cause: 'mfa_denied', detail: '<b>Denied</b> by the user',
  });
}

export async function theIncidentStandsInTheQueue(world) {
  const page = await world.window('ada');
  await until('the incident is in the queue', async () => {
    await page.goto('/desk/incidents');
    return (await page.getByRole('table').getByRole('link', { name: 'MFA Fatigue' }).count()) > 0;
  });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Incidents \d+ open$/ }).waitFor();
  await world.look(page, 'incidents');
  await page.getByRole('table').getByRole('link', { name: 'MFA Fatigue' }).click();
  await isAt(page, /^\/desk\/incidents\/[^/]+$/, /^MFA Fatigue: /);
  world.notes.incidentPath = new URL(page.url()).pathname;
  await page.getByText('okta-2026-03-02.jsonl, line 5').waitFor();
  await world.look(page, 'incident');
  await world.walk(page, 'incident');
  await link(page, /runbook/).click();
  await isAt(page, '/desk/runbook', "The agent's runbook");
  assert.equal(new URL(page.url()).hash, '#mfa-fatigue');
  await page.getByRole('heading', { name: 'MFA fatigue' }).waitFor();
  await world.look(page, 'runbook');
}

export async function thePersonAndTheCaseSayIt(world) {
  const page = await world.window('ada');
  await page.goto(world.notes.incidentPath);
  await link(page, DINA.name).first().click();
  await isAt(page, /^\/desk\/people\/[^/]+$/, DINA.name);
  await page.getByRole('alert').getByText('It looks like an attack').waitFor();
  assert.equal(await page.getByText('<b>Denied</b> by the user').count() > 0, true, 'what the log says is text');
  await world.look(page, 'person-attacked');
  await fetch(`${world.server.url}/api/v1/portal/cases`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ login: DINA.login }),
  });
  await page.goto('/desk?list=strangers');
  await page.getByRole('table').getByRole('link', { name: DINA.name }).click();
  await isAt(page, /^\/desk\/cases\/[^/]+$/, DINA.name);
  await page.getByRole('heading', { name: 'It looks like an attack on this account' }).waitFor();
  await page.getByText('risk 1').waitFor();
  await world.look(page, 'desk-case-attacked');
}

export async function theIncidentIsClosedWithAReason(world) {
  const page = await world.window('ada');
  await page.goto(world.notes.incidentPath);
  await field(page, 'Reason').fill(REASON);
  await button(page, 'Close').click();
  await isAt(page, '/desk/incidents', 'Incidents');
  assert.equal(await page.getByRole('link', { name: 'MFA Fatigue' }).count(), 0, 'it is no longer open');
  await world.look(page, 'incidents-after');
  await link(page, 'Closed').click();
  await page.getByRole('table').getByText(REASON).waitFor();
  await world.look(page, 'incidents-closed');
}
