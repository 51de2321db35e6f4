// A journey: steps in order, in one world. After a failed step the rest has nothing to stand on.
import { test } from 'node:test';

const STEP_MS = 90_000;

// `on` says which of its runs it is. start() makes the world and end() takes it down. check() is asked after each step;
// what it finds fails that step and keeps nobody from the next.
export function journey(name, { on, skip, start, check, end, steps }) {
  test(`${on}: ${name}`, { skip }, async (t) => {
    const world = await start();
    let broken;
    try {
      for (const [title, act] of steps) {
        await t.test(`${on}: ${title}`, { timeout: STEP_MS }, async (step) => {
          if (broken) return step.skip(`after the failure of "${broken}"`);
          broken = title;
          await act(world);
          broken = undefined;
          check(world);
        });
      }
    } finally {
      await end(world, broken);
    }
  });
}
