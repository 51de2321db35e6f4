// Waiting is for a condition, never for a time.
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const POLL_MS = 100;

// Asks again until the answer is true, and returns it; `what` is said when it never is.
// An error is asked again about too, unless it is Hopeless.
export async function until(what, ask) {
  const deadline = Date.now() + PATIENCE_MS;
  let last;
  while (Date.now() < deadline) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error;
    }
    await pause(POLL_MS);
  }
  throw new Error(`waited ${PATIENCE_MS / 1000} s for: ${what}; last answer: ${last?.message ?? JSON.stringify(last)}`);
}

export class Hopeless extends Error {}
