import assert from 'node:assert/strict';
import { FramePace } from '../../../webview/charts/framePace.ts';

describe('the pace of frames', () => {
  const check = (name: string, intervals: readonly number[], expected: boolean): void => {
    it(name, () => {
      const pace = new FramePace();
      let now = 1000;
      pace.frame(now);
      for (const interval of intervals) {
        now += interval;
        pace.frame(now);
      }
      assert.equal(pace.isSlow, expected);
    });
  };
  check('is not slow at sixty a second', Array(30).fill(16.7), false);
  check('is slow at twenty a second', Array(6).fill(50), true);
  check('needs more than a few frames to be judged', Array(4).fill(90), false);
  check('bears a late frame now and then', [16, 16, 90, 16, 16, 16, 90, 16, 16], false);
  check('takes a pause for no frame', [16, 5000, 16, 5000, 16, 5000, 16, 5000, 16], false);
  check('stays slow once it was', [...Array(6).fill(50), ...Array(30).fill(8)], true);
  it('begins anew after a rest', () => {
    const pace = new FramePace();
    for (let i = 0; i < 20; i++) {
      pace.frame(100 * i);
      if (i % 4 === 3) pace.rest();
    }
    assert.equal(pace.isSlow, false);
  });
});
