// What an authenticator app does: RFC 6238 with SHA-1, six digits, steps of 30 seconds; and a token that counts.
import { createHmac } from 'node:crypto';

export const STEP_SECONDS = 30;

export const totp = (textKey, unixSeconds) => hotp(base32(textKey), Math.floor(unixSeconds / STEP_SECONDS));

// RFC 4226, with SHA-1 and six digits.
export function hotp(key, count) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(count));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac[mac.length - 1] & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

// RFC 4648, as it stands on a page: groups apart, either case, no padding.
function base32(text) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text.toUpperCase().replace(/[\s=-]/g, '')]
    .map((letter) => {
      const value = alphabet.indexOf(letter);
      if (value < 0) throw new Error(`not base32: ${letter}`);
      return value.toString(2).padStart(5, '0');
    })
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}
