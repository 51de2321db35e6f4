// A started `postern demo` with its stand-ins for the outside world: phones, mailboxes, the clock.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import dns from 'node:dns';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { STEP_SECONDS, totp } from './totp.mjs';
import { Hopeless, until } from './wait.mjs';

// The server listens on 127.0.0.1, and is called localhost and quay.localhost: passkeys want a name. Browsers know what the
// second one means; the resolver here may not.
dns.setDefaultResultOrder('ipv4first');
const lookup = dns.lookup;
dns.lookup = (name, ...rest) => lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest);

const PROGRAMS = process.env.POSTERN_PROGRAMS ?? fileURLToPath(new URL('../../target/debug/', import.meta.url));
const STOP_MS = 10_000;

export async function startServer(databaseUrl, tenant) {
  const port = await freePort();
  const data = await mkdtemp(join(tmpdir(), 'postern-e2e-'));
  const store = databaseUrl ? ['--database-url', databaseUrl] : [];
  const child = spawn(join(PROGRAMS, 'postern'), ['demo', '--listen', `127.0.0.1:${port}`, '--data', data, ...store], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const server = new Server(`http://${tenant.host}:${port}`, tenant, data, databaseUrl, child);
  try {
    await until('the server to be ready', () => server.isReady());
  } catch (error) {
    await server.stop();
    throw new Error(`${error.message}\n${server.log}`);
  }
  return server;
}

class Server {
  log = '';
  #lastSteps = new Map();

  constructor(url, tenant, data, databaseUrl, child) {
    Object.assign(this, { url, tenant, data, databaseUrl, child });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (this.log += text));
  }

  // What the demo prints for people: below the name of each organisation, lines of a login and its password.
  password(login) {
    const [, ofTenant = ''] = this.log.split(`\nAccounts of ${this.tenant.name}`);
    const line = ofTenant.split('\n').find((line) => line.trim().split(/\s+/)[0] === login);
    if (!line) throw new Error(`the demo printed no password for ${login}:\n${this.log}`);
    return line.trim().split(/\s+/)[1];
  }

  async now() {
    return (await this.#json('/dev/clock.json')).now;
  }

  // Moves the server's clock, so that nobody has to wait.
  async advance(seconds) {
    const answer = await fetch(`${this.url}/dev/clock`, {
      method: 'POST',
      body: new URLSearchParams({ seconds: String(seconds) }),
      redirect: 'manual',
    });
    if (answer.status >= 400) throw new Error(`/dev/clock answers ${answer.status}: ${await answer.text()}`);
  }

  // A code from a demo person's phone that was not used before: a used time step is refused.
  async phoneCode(login) {
    return this.#inFreshStep(login, async () => {
      const codes = await this.#json('/dev/phone.json');
      if (!codes[login]) throw new Error(`no phone of ${login}: ${Object.keys(codes)}`);
      return codes[login];
    });
  }

  // The same for a key that was read from the enrolment page.
  async appCode(login, textKey) {
    return this.#inFreshStep(login, async () => totp(textKey, await this.now()));
  }

  async #inFreshStep(login, read) {
    const step = async () => Math.floor((await this.now()) / STEP_SECONDS);
    const next = (this.#lastSteps.get(login) ?? -1) + 1;
    const now = await step();
    if (now < next) await this.advance((next - now) * STEP_SECONDS);
    const code = await read();
    // Looked up afterwards: the step may have turned while the code was read.
    this.#lastSteps.set(login, await step());
    return code;
  }

  // Every message that would have gone out: {channel, recipient, subject, body}.
  async outbox() {
    return this.#json('/dev/outbox.json');
  }

  async isReady() {
    if (this.child.exitCode !== null) throw new Hopeless(`the server ended with ${this.child.exitCode}`);
    return (await fetch(`${this.url}/readyz`)).ok;
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = new Promise((resolve) => this.child.once('exit', resolve));
      const overdue = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
      this.child.kill('SIGTERM');
      await ended;
      clearTimeout(overdue);
    }
    await rm(this.data, { recursive: true, force: true });
    return { code: this.child.exitCode, signal: this.child.signalCode };
  }

  async #json(path) {
    const answer = await fetch(this.url + path);
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
    return answer.json();
  }
}

// Runs one of our programs to its end; its exit status is a result like any other.
export async function run(program, ...args) {
  try {
    const { stdout, stderr } = await promisify(execFile)(join(PROGRAMS, program), args);
    return { status: 0, stdout, stderr };
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    return { status: error.code, stdout: error.stdout, stderr: error.stderr };
  }
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
