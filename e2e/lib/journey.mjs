// A journey: steps in order, in one world. After a failed step the rest has nothing to stand on.
import { test } from 'node:test';

// start() makes the world and end() takes it down. check() is asked after each step; what it finds fails that step and
// keeps nobody from the next.
export function journey(name, { skip, start, check, end, steps }) {
  test(name, { skip }, async (t) => {
    const world = await start();
    let broken;
    try {
      for (const [title, act] of steps) {
        await t.test(title, async (step) => {
          if (broken) return step.skip(`after the failure of "${broken}"`);
          try {
            await act(world);
          } catch (error) {
            broken = title;
            throw error;
          }
          check(world);
        });
      }
    } finally {
      await end(world, broken);
    }
  });
}
