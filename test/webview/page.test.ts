/**
 * The page in a browser, under the content policy it has in VS Code.
 * With BASIN_SCREENSHOTS set to a folder, pictures of every state in every theme are written there.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import type { PanelState } from '../../webview/messages.ts';
import { panelStates, type StateName, surface } from '../fixtures/panelStates.ts';
import { type ThemeName, themes } from '../fixtures/themes.ts';
import { type Circumstances, Harness, type OpenPage, type Size } from './harness.ts';

const wide: Size = { width: 1280, height: 900 };
const narrow: Size = { width: 420, height: 900 };
const stateNames = Object.keys(panelStates) as StateName[];
const themeNames = Object.keys(themes) as ThemeName[];

const contour = '.content figure:nth-of-type(1)';
const surfaceFigure = '.content figure:nth-of-type(2)';

type Rgb = readonly [number, number, number];

describe('the landscape page', function () {
  this.timeout(60_000);
  const folder = process.env.BASIN_SCREENSHOTS;
  let harness: Harness;
  before(async () => {
    harness = await Harness.start();
    if (folder) mkdirSync(folder, { recursive: true });
  });
  after(() => harness?.stop());

  /** Opens a page, looks, and makes sure that it broke neither the content policy nor anything else. */
  const check = (
    name: string,
    look: (open: OpenPage) => Promise<void>,
    { theme = 'dark', size = wide, ...circumstances }: { theme?: ThemeName; size?: Size } & Circumstances = {},
  ): void => {
    it(name, async () => {
      const open = await harness.open(theme, size, circumstances);
      try {
        await look(open);
        assert.deepEqual(await open.troubles(), []);
      } finally {
        await open.close();
      }
    });
  };

  check('asks for the state when it is ready', async ({ posted }) => {
    assert.deepEqual(await posted(), [{ type: 'ready' }]);
  });

  describe('buttons', () => {
    const presses = (state: StateName, label: string, expected: string): void =>
      check(`${label} of a panel that is ${state}`, async ({ page, show, posted }) => {
        await show(panelStates[state]);
        await page.getByRole('button', { name: label }).click();
        await page.getByRole('button', { name: label }).focus();
        await page.keyboard.press('Enter');
        assert.deepEqual(await posted(), [{ type: 'ready' }, { type: expected }, { type: expected }]);
      });
    presses('starting', 'Cancel', 'cancel');
    presses('coarse', 'Cancel', 'cancel');
    presses('cancelled', 'Retry', 'retry');
    presses('failed', 'Retry', 'retry');
    presses('stopped', 'Show Log', 'showLog');
  });

  describe('the contour map', () => {
    check('has the colour bar’s low end at the minimum', async open => {
      await open.show(panelStates.done);
      const low = await pixel(open, await barFoot(open));
      assert.deepEqual(low, [68, 1, 84]);
      assert.deepEqual(await pixel(open, await cellCentre(open, 0, 0)), low);
    });
    check(
      'is crisp where pixels are small',
      async open => {
        await open.show(panelStates.done);
        const [css, device] = await open.page
          .locator(`${contour} canvas`)
          .evaluate(canvas => [canvas.clientWidth, (canvas as HTMLCanvasElement).width]);
        assert.equal(device, 2 * css!);
        assert.deepEqual(await pixel(open, await cellCentre(open, 0, 0), 2), [68, 1, 84]);
      },
      { scaleFactor: 2 },
    );
    check('is empty where nothing is computed, and hatched where it failed', async open => {
      await open.show(panelStates['failed-cells']);
      assert.ok(
        between((await sharesIn(open, 22, 22)).get('31,31,31'), 0.4, 0.85),
        'hatching is lines on the background',
      );
      await open.show(panelStates.coarse);
      assert.ok(between((await sharesIn(open, 0, 20)).get('31,31,31'), 0.9, 0.995), 'dots are few on the background');
      assert.equal((await sharesIn(open, 0, -20)).get('31,31,31'), undefined, 'a computed block is all colour');
    });
    check('reads cells out by keyboard and by pointer', async open => {
      await open.show(panelStates.done);
      const hint = open.page.locator(`${contour} .hint`);
      await open.page.locator(`${contour} .chart`).focus();
      await open.page.keyboard.press('ArrowUp');
      assert.equal(await hint.textContent(), 'x 0, y 0: loss 0.00616 ± 0.00057, accuracy 100%');
      await open.page.keyboard.press('ArrowRight');
      assert.match((await hint.textContent())!, /^x 0.04, y 0: loss /);
      const { x, y } = await cellCentre(open, -1, 2);
      await open.page.locator(`${contour} canvas`).hover({ position: { x, y } });
      assert.match((await hint.textContent())!, /^x −0.04, y 0.08: loss /);
    });
    check('stands for itself in words', async ({ page, show }) => {
      await show(panelStates.finer);
      const words = await page.locator(`${contour} canvas`).getAttribute('aria-label');
      assert.match(
        words!,
        /^Loss for x from −1 to 1 and y from −1 to 1, 462 of 2,601 cells computed, logarithmic scale\. Lowest /,
      );
    });
    check('takes another theme’s colours at once', async open => {
      await open.show(panelStates.coarse);
      assert.ok((await sharesIn(open, 0, 20)).has('31,31,31'));
      await open.setTheme('high-contrast-light');
      assert.ok((await sharesIn(open, 0, 20)).has('255,255,255'));
    });
  });

  describe('the surface', () => {
    check('is drawn in the colours of the scale', async open => {
      await open.show(panelStates.done);
      const colors = await paletteOf(open, `${surfaceFigure} .surface canvas:first-child`);
      assert.ok(colors > 200, `${colors} colours`);
    });
    check('is turned by keys, and the view is kept', async open => {
      await open.show(panelStates.done);
      await open.page.locator(`${surfaceFigure} .chart`).focus();
      const before = await open.page.locator(surfaceFigure).screenshot();
      await open.page.keyboard.press('ArrowLeft');
      await open.page.keyboard.press('+');
      const { camera } = (await open.saved()) as { camera: { azimuth: number; polar: number; zoom: number } };
      assert.ok(Math.abs(camera.azimuth - (-0.6 - Math.PI / 24)) < 1e-6 && camera.zoom < 1, JSON.stringify(camera));
      await open.show(panelStates.done);
      assert.ok(!before.equals(await open.page.locator(surfaceFigure).screenshot()));
      await open.page.getByRole('button', { name: 'Reset View' }).click();
      const reset = (await open.saved()) as { camera: { azimuth: number; zoom: number } };
      assert.ok(Math.abs(reset.camera.azimuth + 0.6) < 1e-6 && Math.abs(reset.camera.zoom - 1) < 1e-6);
    });
    check(
      'is a sentence where WebGL is missing',
      async ({ page, show }) => {
        await show(panelStates.done);
        assert.match((await page.locator(`${surfaceFigure} .note`).textContent())!, /WebGL is not available/);
        assert.equal(await page.locator(`${surfaceFigure} canvas`).count(), 0);
        assert.ok(await page.locator(`${contour} canvas`).isVisible());
      },
      { webgl: 'missing' },
    );
    check('is a sentence where the grid is one row', async ({ page, show }) => {
      const { x, loss, accuracy } = surface();
      await show({
        ...panelStates.done,
        surface: { ...surface(), x, y: [0], loss: [loss[25]!], accuracy: [accuracy![25]!], standardError: null },
      });
      assert.match((await page.locator(`${surfaceFigure} .note`).textContent())!, /two rows and two columns/);
    });
  });

  describe('choices', () => {
    check('change scale and metric, and are kept', async ({ page, show, saved }) => {
      await show(panelStates.done);
      await page.getByRole('radio', { name: 'Linear' }).check();
      await page.getByRole('radio', { name: 'Accuracy' }).check();
      await show(panelStates.done);
      assert.deepEqual(((await saved()) as { settings: unknown }).settings, { metric: 'accuracy', scale: 'linear' });
      assert.ok(await page.getByRole('radio', { name: 'Log' }).isDisabled());
      assert.match((await page.locator(`${contour} canvas`).getAttribute('aria-label'))!, /^Accuracy /);
    });
    check(
      'are there after a reload',
      async ({ page, show }) => {
        await show(panelStates.done);
        assert.ok(await page.getByRole('radio', { name: 'Linear' }).isChecked());
      },
      { saved: { settings: { metric: 'loss', scale: 'linear' } } },
    );
    check(
      'are the default where what was saved is no state',
      async ({ page, show }) => {
        await show(panelStates.done);
        assert.ok(await page.getByRole('radio', { name: 'Log' }).isChecked());
      },
      { saved: { settings: 3, camera: { azimuth: 'north' } } },
    );
  });

  describe('states', () => {
    check('announce their phase politely and name what went wrong', async ({ page, show }) => {
      const seen: string[] = [];
      for (const name of stateNames) {
        await show(panelStates[name]);
        seen.push((await page.getByRole('status').textContent())!);
        const { message } = panelStates[name] as PanelState;
        assert.equal(await page.locator('.message').isVisible(), message !== undefined, name);
        if (message !== undefined) assert.equal(await page.locator('.message').textContent(), message);
      }
      assert.deepEqual(seen.slice(0, 4), ['Loading model and data…', 'Computing…', 'Computing…', 'Done']);
    });
    check(
      'fit a narrow panel',
      async ({ page, show }) => {
        for (const name of ['starting', 'stopped', 'failed', 'non-square'] as const) {
          await show(panelStates[name]);
          const [inner, whole] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
          assert.equal(whole, inner, name);
        }
      },
      { size: narrow },
    );
    check('do not redraw while nothing happens', async ({ page, show }) => {
      await show(panelStates.done);
      const frames = await page.evaluate(async () => {
        let asked = 0;
        const original = window.requestAnimationFrame;
        window.requestAnimationFrame = callback => {
          asked++;
          return original(callback);
        };
        await new Promise(resolve => original(() => original(() => original(resolve))));
        window.requestAnimationFrame = original;
        return asked;
      });
      assert.equal(frames, 0);
    });
  });

  describe('accessibility', () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const findings = (theme: ThemeName, names: readonly StateName[], options: RunOptions): void =>
      check(
        `has no serious finding in ${theme}`,
        async ({ page, show }) => {
          await page.evaluate(axe);
          for (const name of names) {
            await show(panelStates[name]);
            const { violations } = await page.evaluate(
              chosen => (window as unknown as { axe: { run(o: RunOptions): Promise<AxeResults> } }).axe.run(chosen),
              options,
            );
            const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
            assert.deepEqual(
              serious.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`),
              [],
            );
          }
        },
        { theme },
      );
    findings('dark', ['starting', 'coarse', 'done', 'stopped'], { resultTypes: ['violations'] });
    // Only the colours differ in the other themes.
    for (const theme of themeNames.filter(name => name !== 'dark')) {
      findings(theme, ['stopped'], { resultTypes: ['violations'], runOnly: ['color-contrast'] });
    }
  });

  (folder ? describe : describe.skip)('screenshots', function () {
    this.timeout(180_000);
    for (const theme of themeNames) {
      for (const size of [wide, narrow]) {
        check(
          `${theme}, ${size.width} × ${size.height}`,
          async ({ page, show }) => {
            for (const name of stateNames) {
              await show(panelStates[name]);
              await page.screenshot({ path: join(folder!, `${name}-${theme}-${size.width}.png`), fullPage: true });
            }
          },
          { theme, size },
        );
      }
    }
  });
});

interface Position {
  readonly x: number;
  readonly y: number;
}

/** Middle of a cell so many steps right of and above the middle one, found with the keyboard's cursor. */
async function cellCentre({ page }: OpenPage, right: number, up: number): Promise<Position> {
  await page.locator(`${contour} .chart`).focus();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowUp');
  for (let i = 0; i < Math.abs(right); i++) await page.keyboard.press(right > 0 ? 'ArrowRight' : 'ArrowLeft');
  for (let i = 0; i < Math.abs(up); i++) await page.keyboard.press(up > 0 ? 'ArrowUp' : 'ArrowDown');
  return page.locator('.cell-cursor').evaluate(cursor => {
    const { left, top, width, height } = (cursor as HTMLElement).style;
    const [x, y, w, h] = [left, top, width, height].map(Number.parseFloat) as [number, number, number, number];
    return { x: x + w / 2, y: y + h / 2 };
  });
}

/** A point in the lowest part of the colour bar: the first colour of the map, right of the cells. */
async function barFoot(open: OpenPage): Promise<Position> {
  const { x: right, y } = await cellCentre(open, 25, -25);
  return { x: right + 26, y: y + 2.9 };
}

/** Colour of the contour canvas at a position in CSS pixels. */
async function pixel({ page }: OpenPage, at: Position, ratio = 1): Promise<Rgb> {
  return page.locator(`${contour} canvas`).evaluate(
    (canvas, { x, y }) => {
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(Math.floor(x), Math.floor(y), 1, 1);
      return [data[0]!, data[1]!, data[2]!] as const;
    },
    { x: at.x * ratio, y: at.y * ratio },
  );
}

/** What share of a patch around a cell of the complete grid has which colour, as drawn on the page's background. */
async function sharesIn(open: OpenPage, right: number, up: number): Promise<Map<string, number>> {
  // The cursor stops at the grid's edge, so the patch is found from the middle and the size of the whole plot.
  const box = await open.page.locator(`${contour} .chart`).boundingBox();
  const plot = { left: 60, top: 30, width: box!.width - 132 };
  const x = box!.x + plot.left + (plot.width * (25.5 + right)) / 51;
  const y = box!.y + plot.top + (plot.width * (25.5 - up)) / 51;
  await open.page.mouse.move(0, 0);
  const shot = await open.page.screenshot({ clip: { x: x - 6, y: y - 6, width: 12, height: 12 } });
  const shares = await open.page.evaluate(
    async bytes => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      const found: Record<string, number> = {};
      for (let i = 0; i < data.length; i += 4) {
        const color = `${data[i]},${data[i + 1]},${data[i + 2]}`;
        found[color] = (found[color] ?? 0) + 4 / data.length;
      }
      return found;
    },
    [...shot],
  );
  return new Map(Object.entries(shares));
}

const between = (value: number | undefined, low: number, high: number): boolean =>
  value !== undefined && low <= value && value <= high;

/** How many colours a canvas shows. */
async function paletteOf({ page }: OpenPage, selector: string): Promise<number> {
  const shot = await page.locator(selector).screenshot();
  return page.evaluate(
    async bytes => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      return new Set(new Uint32Array(data.buffer)).size;
    },
    [...shot],
  );
}
