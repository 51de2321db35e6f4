// Signs in as the people of a demo do, and lets Lighthouse look at their pages in the same browser: its cookies stay.
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lighthouse, { desktopConfig } from 'lighthouse';
import { addAuthenticator, launchWithPort } from '../../e2e/lib/browser.mjs';
import { ANA, TENANTS } from '../../e2e/lib/people.mjs';
import { addPasskey, button, field, isAt, signIn, signInWithPasskey, signOut } from '../../e2e/lib/person.mjs';
import { startServer } from '../../e2e/lib/server.mjs';

const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
const LEAST = 95;
// Compressed, without fonts.
const MOST_BYTES = 60 * 1024;
const FORMS = { phone: undefined, desktop: desktopConfig };

const missed = [];

async function mark(name, url, port) {
  for (const [form, config] of Object.entries(FORMS)) {
    const lhr = await look(url, port, config);
    const scores = CATEGORIES.map((category) => Math.round(lhr.categories[category].score * 100));
    const low = scores.some((score) => score < LEAST);
    const bytes = sizeWithoutFonts(lhr);
    console.log([name, form, ...scores, kibibytes(bytes), low ? `MISSED: ${LEAST}` : ''].join('\t'));
    if (low) missed.push(...failures(lhr).map((failure) => `${name}, ${form}: ${failure}`));
    if (name === 'sign-in' && bytes > MOST_BYTES) missed.push(`the first page is ${kibibytes(bytes)}, and wants ${kibibytes(MOST_BYTES)}`);
  }
}

// A page that was not painted, on a busy machine, is looked at once more.
async function look(url, port, config) {
  const options = { port, onlyCategories: CATEGORIES, logLevel: 'silent' };
  const { lhr } = await lighthouse(url, options, config);
  return lhr.runtimeError ? (await lighthouse(url, options, config)).lhr : lhr;
}

// What went over the line for a browser that comes for the first time.
function sizeWithoutFonts(lhr) {
  const requests = lhr.audits['network-requests'].details.items;
  return requests.filter(({ resourceType }) => resourceType !== 'Font').reduce((sum, { transferSize }) => sum + transferSize, 0);
}

const kibibytes = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

// What counts in a category and did not do.
function failures(lhr) {
  const of = ({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => lhr.audits[id]);
  const low = ({ score }) => score !== null && score < 0.9;
  return Object.values(lhr.categories).flatMap((category) => of(category).filter(low).map(({ title, displayValue }) =>
    [category.title, title, displayValue].filter(Boolean).join(': ')));
}

async function visit(page, server, port) {
  const at = (path) => server.url + path;
  // A passkey is made before Lighthouse has had the browser; whoever is signed in comes back with their cookies.
  await signIn(page, server, 'ben');
  await addPasskey(page, server, 'ben');
  await signOut(page);
  await signInWithPasskey(page);
  const signedIn = await page.context().cookies();
  await page.context().clearCookies();
  console.log(['page', 'as', ...CATEGORIES, 'without fonts'].join('\t'));
  await mark('sign-in', at('/sign-in'), port);
  await mark('recover', at('/recover'), port);
  await page.bringToFront();
  await page.goto('/recover');
  await field(page, 'Login').fill(ANA.login);
  await button(page, 'Continue').click();
  await button(page, 'I have none of these').click();
  await isAt(page, '/recover/case', /Your recovery/);
  await mark('claimant page', at('/recover/case'), port);
  await page.context().addCookies(signedIn);
  await mark('home', at('/desk/home'), port);
  await page.bringToFront();
  await page.goto('/desk?list=strangers');
  await page.getByRole('link', { name: ANA.name }).first().click();
  await isAt(page, /^\/desk\/cases\//);
  await mark('case', page.url(), port);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const profile = await mkdtemp(join(tmpdir(), 'postern-lighthouse-'));
const server = await startServer(null, TENANTS[0]);
try {
  const port = await freePort();
  const context = await launchWithPort(profile, server.url, port);
  const page = await context.newPage();
  page.complaints = [];
  await addAuthenticator(page);
  await visit(page, server, port);
  await context.close();
} finally {
  await server.stop();
  await rm(profile, { recursive: true, force: true });
}
console.log(missed.length ? missed.map((line) => `MISSED ${line}`).join('\n') : 'Every mark is met.');
