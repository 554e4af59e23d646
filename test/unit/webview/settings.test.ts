import assert from 'node:assert/strict';
import fc from 'fast-check';
import { colorMapNames } from '../../../webview/view/colormap.ts';
import { panned, revealing, wholePlane, zoomed } from '../../../webview/view/contourWindow.ts';
import { defaultView, fromViewState, levelCounts, toViewState, type View } from '../../../webview/view/settings.ts';

describe('the display that is kept', () => {
  const number = fc.double({ min: -10, max: 10, noNaN: true });
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  const view: fc.Arbitrary<View> = fc.record({
    settings: fc.record({
      metric: fc.constantFrom('loss' as const, 'accuracy' as const),
      scale: fc.constantFrom('auto' as const, 'linear' as const, 'log' as const),
      colorMap: fc.constantFrom(...colorMapNames),
      levels: fc.constantFrom(...levelCounts),
      plane: fc.oneof(fc.constantFrom('mean' as const, 'deviation' as const), fc.integer({ min: 0, max: 99 })),
    }),
    camera: fc.record({ azimuth: number, polar: number, zoom: fc.double({ min: 0.1, max: 9, noNaN: true }) }),
    window: fc.record({ x: fraction, y: fraction, zoom: fc.double({ min: 1, max: 24, noNaN: true }) }),
  });
  it('comes back as it was, also through JSON', () => {
    fc.assert(
      fc.property(view, of => {
        assert.deepEqual(fromViewState(toViewState(of)), structuredClone(of));
        const there = JSON.parse(JSON.stringify(toViewState(of)));
        assert.deepEqual(fromViewState(there), JSON.parse(JSON.stringify(of)));
      }),
    );
  });
  it('is a valid one whatever was kept', () => {
    fc.assert(
      fc.property(fc.anything(), kept => {
        const { settings, camera, window } = fromViewState(kept);
        assert.ok(colorMapNames.includes(settings.colorMap) && camera.zoom > 0 && window.zoom >= 1);
      }),
    );
  });
  const check = (name: string, kept: unknown, expected: Partial<View['settings']>): void => {
    it(name, () => assert.deepEqual(fromViewState(kept).settings, { ...defaultView.settings, ...expected }));
  };
  check(
    'keeps what it knows of another version’s',
    { settings: { metric: 'accuracy', colorMap: 'jet', levels: 7 } },
    {
      metric: 'accuracy',
    },
  );
  check('is the default where nothing was kept', null, {});
  check('takes no plane that cannot be', { settings: { plane: -1 } }, {});
});

describe('the part of the plane that is shown', () => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  const factor = fc.double({ min: 0.2, max: 5, noNaN: true });
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('zoom' as const), factor, x: fraction, y: fraction }),
      fc.record({ kind: fc.constant('pan' as const), x: fraction, y: fraction }),
      fc.record({ kind: fc.constant('reveal' as const), x: fraction, y: fraction }),
    ),
  );
  it('never leaves the plane', () => {
    fc.assert(
      fc.property(steps, all => {
        let window = wholePlane;
        for (const step of all) {
          if (step.kind === 'zoom') window = zoomed(window, step.factor, step);
          else if (step.kind === 'pan') window = panned(window, step.x - 0.5, step.y - 0.5);
          else window = revealing(window, step.x, step.y);
          const half = 0.5 / window.zoom;
          assert.ok(window.zoom >= 1 && window.zoom <= 24);
          for (const middle of [window.x, window.y]) {
            assert.ok(middle - half >= -1e-12 && middle + half <= 1 + 1e-12, `${JSON.stringify(window)}`);
          }
          if (step.kind !== 'reveal') continue;
          for (const [middle, at] of [
            [window.x, step.x],
            [window.y, step.y],
          ] as const) {
            assert.ok(Math.abs(middle - at) <= half + 1e-12, 'what was to be shown is');
          }
        }
      }),
    );
  });
  it('keeps the point it is enlarged about where it is', () => {
    fc.assert(
      fc.property(fraction, fraction, fc.double({ min: 1, max: 4, noNaN: true }), (x, y, by) => {
        const before = { x: 0.5, y: 0.5, zoom: 2 };
        const after = zoomed(before, by, { x, y });
        const placeOf = (of: typeof before, at: number, middle: number): number => middle + (at - 0.5) / of.zoom;
        assert.ok(Math.abs(placeOf(before, x, before.x) - placeOf(after, x, after.x)) < 1e-9);
        assert.ok(Math.abs(placeOf(before, y, before.y) - placeOf(after, y, after.y)) < 1e-9);
      }),
    );
  });
});
