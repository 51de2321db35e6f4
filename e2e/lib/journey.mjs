// A journey: steps in order, in one world. After a failed step the rest has nothing to stand on.
import { test } from 'node:test';

// start() makes the world, end(world) takes it down, check(world) is asked after each step.
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
            await check(world);
          } catch (error) {
            broken = title;
            throw error;
          }
        });
      }
    } finally {
      await end(world, broken);
    }
  });
}
