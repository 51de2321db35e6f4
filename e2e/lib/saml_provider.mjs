// A real SAML identity provider, PyPI's pysaml2, in a program of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PYTHON = process.env.POSTERN_PYSAML2 ?? fileURLToPath(new URL('../../target/pysaml2-7.5.5/bin/python', import.meta.url));

export async function startSamlProvider() {
  const child = spawn(PYTHON, ['-W', 'ignore', fileURLToPath(new URL('saml_provider.py', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((done) => child.on('exit', done));
  const started = new Promise((done, fail) => {
    child.on('error', fail);
    createInterface({ input: child.stdout }).once('line', (line) => done(JSON.parse(line)));
    ended.then((status) => fail(new Error(`the SAML provider ended with ${status}`)));
  });
  const { url, settings } = await started;
  return {
    settings,
    // As an administrator of the provider does once.
    async learn(metadata) {
      const learnt = await fetch(`${url}/metadata`, { method: 'POST', body: metadata });
      assert.equal(learnt.status, 200);
    },
    stop() {
      child.stdin.end();
      return ended;
    },
  };
}
