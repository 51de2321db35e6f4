// Six months later: show me the reset, with proof that nothing was edited.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANA } from '../lib/people.mjs';
import { button, field, isAt, link } from '../lib/person.mjs';
import { run } from '../lib/server.mjs';

const STORY = [
  'case.opened',
  'case.evidence_added',
  'mfa.factor_admin_reset',
  'case.evidence_rejected',
  'mfa.factor_enrolled',
  'mfa.backup_codes_generated',
  'signin.succeeded',
  'case.closed',
];

export async function theAuditPageTellsTheStory(world) {
  const page = await world.window('otto');
  await page.goto('/desk/audit');
  await isAt(page, '/desk/audit');
  await world.look(page, 'audit');
  await page.locator('summary', { hasText: 'Filter' }).click();
  await field(page, /^To whom/).fill(ANA.login);
  await button(page, 'Filter').click();
  await page.waitForURL(/person=ana/);
  const table = await page.getByRole('table').innerText();
  assert.deepEqual(STORY.filter((event) => !table.includes(event)), [], 'events that the page misses');
  await page.getByRole('combobox', { name: 'Event' }).selectOption('mfa.factor_admin_reset');
  await button(page, 'Filter').click();
  await page.waitForURL(/event=mfa.factor_admin_reset/);
  assert.equal(await page.getByRole('table').getByText('mfa.factor_admin_reset', { exact: true }).count(), 1);
  assert.equal(await page.getByRole('table').getByText('case.opened').count(), 0);
  await world.look(page, 'audit-filtered');
}

export async function theExportCarriesReasonAndStateBefore(world) {
  const page = await world.window('otto');
  await page.goto('/desk/audit');
  const lines = (await saved(page, 'JSON Lines')).trim().split('\n').map((line) => JSON.parse(line));
  const reset = lines.find((line) => line.event === 'mfa.factor_admin_reset');
  assert.ok(reset, `a reset among ${lines.map((line) => line.event)}`);
  assert.equal(reset.reason, world.notes.reason);
  assert.ok(reset.actor, 'the reset names its actor');
  assert.match(JSON.stringify(reset.before), /totp/, 'the reset carries the state before');
  assert.match(await saved(page, 'CSV'), /mfa\.factor_admin_reset/);
  for (const secret of [world.notes.pass, world.notes.key, ...world.notes.codes]) {
    assert.ok(!JSON.stringify(lines).includes(secret), 'no secret in the log');
  }
}

async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent('download'), link(page, name).click()]);
  return readFile(await download.path(), 'utf8');
}

export async function theLogIsWholeUntilAByteIsChanged(world) {
  const { server } = world;
  const out = await mkdtemp(join(tmpdir(), 'postern-log-'));
  try {
    const store = server.databaseUrl ? ['--database-url', server.databaseUrl] : [];
    const exported = await run('postern', 'audit', 'export', '--tenant', world.tenant.slug, '--data', server.data, ...store, '--out', out);
    assert.equal(exported.status, 0, exported.stderr);
    const key = (await readFile(join(out, 'key'), 'utf8')).trim();

    const whole = await run('postern-verify', out, '--key', key);
    assert.equal(whole.status, 0, whole.stdout + whole.stderr);
    assert.match(whole.stdout, /the log is whole: \d+ entries/);

    const entry = await changeOneByteOfTheReset(join(out, 'entries.jsonl'), world.notes.reason);
    const changed = await run('postern-verify', out, '--key', key);
    assert.equal(changed.status, 1, changed.stdout + changed.stderr);
    assert.match(changed.stdout, new RegExp(`first bad entry: ${entry}\\b`));
    assert.match(changed.stdout, /mfa\.factor_admin_reset/);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

// As somebody would who wants the reset to have had a better reason. Returns the number of the entry.
async function changeOneByteOfTheReset(file, reason) {
  const bytes = await readFile(file);
  const line = bytes.toString().split('\n').find((line) => line.includes('mfa.factor_admin_reset') && line.includes(reason));
  const at = bytes.indexOf(reason, bytes.indexOf(line));
  bytes[at] ^= 1;
  await writeFile(file, bytes);
  return JSON.parse(line).seq;
}
