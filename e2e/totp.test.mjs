// The stand-in app must be right before it can say that Postern is wrong: RFC 6238, appendix B, last six digits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { totp } from './lib/totp.mjs';

const KEY = 'GEZD GNBV gy3tqojq-GEZDGNBVGY3TQOJQ';

for (const [seconds, code] of [[59, '287082'], [1111111109, '081804'], [1234567890, '005924'], [20000000000, '353130']]) {
  test(`code at ${seconds}`, () => assert.equal(totp(KEY, seconds), code));
}
