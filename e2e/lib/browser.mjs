// Chromium, and one window per person: cookies, virtual passkey and console of their own.
import { chromium } from 'playwright-core';

const PATIENCE_MS = 15_000;

const LAUNCH = {
  executablePath: process.env.POSTERN_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP localhost 127.0.0.1, MAP *.localhost 127.0.0.1',
  ],
};

export const startBrowser = () => chromium.launch(LAUNCH);

// With one window's cookies for everybody, and a port at which another program finds it.
export function launchWithPort(profile, baseURL, port) {
  const args = [...LAUNCH.args, `--remote-debugging-port=${port}`];
  return chromium.launchPersistentContext(profile, { ...LAUNCH, args, baseURL });
}

// Opens a window that writes down what no page may do: log an error, throw, or call another host.
export async function openWindow(browser, baseURL, options = {}) {
  const context = await browser.newContext({
    baseURL,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.complaints = [];
  watch(page, new URL(baseURL).host);
  return page;
}

function watch(page, host) {
  page.on('console', (message) => {
    if (message.type() === 'error') complain(page, `console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complain(page, `exception: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.host !== host) complain(page, `calls another host: ${url.host}`);
  });
}

function complain(page, text) {
  page.complaints.push(`${new URL(page.url(), 'http://nowhere').pathname}: ${text}`);
}

// Chromium logs a page of status 4xx as an error. Where the refusal is what the step is about, it is no complaint.
export async function expectRefusal(page, act) {
  const before = page.complaints.length;
  await act();
  // What the console still has to tell arrives before this answer.
  await page.evaluate(() => 0);
  const others = page.complaints.slice(before).filter((text) => !/status of 4\d\d/.test(text));
  page.complaints.length = before;
  page.complaints.push(...others);
}

// A passkey in the device, whose owner always touches it.
export async function addAuthenticator(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  page.passkeysInDevice = async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
}
