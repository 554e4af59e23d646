/** The two pictures in a browser: what they show, how they are read, turned and enlarged. */
import assert from 'node:assert/strict';
import type { View } from '../../webview/view/settings.ts';
import type { Cell, SurfaceResult } from '../../worker/results.ts';
import { eventually } from '../eventually.ts';
import { panelStates, surface } from '../fixtures/panelStates.ts';
import { drawn } from './harness.ts';
import { contour, type HostWindow, keptView, pageSuite, surfaceFigure } from './pageSuite.ts';
import { barFoot, between, cellCentre, paletteOf, pixel, sharesIn } from './pixels.ts';

pageSuite('the pictures', check => {
  describe('the contour map', () => {
    check('has the colour bar’s low end at the minimum', async open => {
      await open.show(panelStates.done);
      await eventually(async () => {
        assert.deepEqual(await pixel(open, await barFoot(open)), [68, 1, 84]);
        assert.deepEqual(await pixel(open, await cellCentre(open, 0, 0)), [68, 1, 84]);
      });
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
      const shown = open.page.locator('.readings');
      const spoken = open.page.locator('[aria-live=polite]');
      await open.page.locator(`${contour} .chart`).focus();
      await open.page.keyboard.press('ArrowUp');
      await eventually(async () =>
        assert.equal(
          await spoken.textContent(),
          'x 0, y 0, distance 0 (0 ‖θ‖), loss 0.00616350 ± 0.00057, accuracy 100%',
        ),
      );
      await open.page.keyboard.press('ArrowRight');
      await eventually(async () => assert.match((await spoken.textContent())!, /^x 0.04, y 0, distance 0.4/));
      const { x, y } = await cellCentre(open, -1, 2);
      const announced = await spoken.textContent();
      await open.page.locator(`${contour} canvas`).hover({ position: { x: x + 30, y } });
      await eventually(async () => assert.match((await shown.textContent())!, /^x 0.1\d?y 0.08distance /));
      assert.equal(await spoken.textContent(), announced, 'the pointer is not announced');
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
      await eventually(async () => assert.ok((await sharesIn(open, 0, 20)).has('255,255,255')));
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
      await eventually(async () => {
        const { camera } = await keptView(open);
        assert.ok(Math.abs(camera.azimuth - (-0.6 - Math.PI / 24)) < 1e-6 && camera.zoom < 1, JSON.stringify(camera));
      });
      await open.show(panelStates.done);
      await eventually(async () => assert.ok(!before.equals(await open.page.locator(surfaceFigure).screenshot())));
      await open.page.getByRole('button', { name: 'Reset View' }).click();
      await eventually(async () => {
        const { camera } = await keptView(open);
        assert.ok(Math.abs(camera.azimuth + 0.6) < 1e-6 && Math.abs(camera.zoom - 1) < 1e-6, JSON.stringify(camera));
      });
    });
    check(
      'is a sentence where WebGL is missing',
      async ({ page, show }) => {
        await show(panelStates.done);
        await page.locator(`${surfaceFigure} .note`, { hasText: /WebGL is not available/ }).waitFor();
        assert.equal(await page.locator(`${surfaceFigure} canvas`).count(), 0);
        await page.locator(`${contour} canvas`).waitFor();
      },
      { webgl: 'missing' },
    );
    check('is a sentence where the grid is one row', async ({ page, show }) => {
      const { x, loss, accuracy } = surface();
      await show({
        ...panelStates.done,
        surface: { ...surface(), x, y: [0], loss: [loss[25]!], accuracy: [accuracy![25]!], standardError: null },
      });
      await page.locator(`${surfaceFigure} .note`, { hasText: /two rows and two columns/ }).waitFor();
    });
  });

  describe('the part of the plane', () => {
    check('is enlarged and moved by keys, the wheel and the mouse, and kept', async open => {
      const { page, show } = open;
      await show(panelStates.done);
      await page.locator(`${contour} .chart`).focus();
      await page.keyboard.press('+');
      const looksAt = (window: View['window']): Promise<void> =>
        eventually(async () => assert.deepEqual((await keptView(open)).window, window));
      await looksAt({ x: 0.5, y: 0.5, zoom: 1.25 });
      const box = (await page.locator(`${contour} canvas`).boundingBox())!;
      await page.mouse.move(box.x + 100, box.y + 100);
      await page.mouse.wheel(0, -100);
      await page.waitForFunction(() => (globalThis as unknown as HostWindow).host().saved.view.window.zoom > 1.5);
      await page.mouse.down();
      await page.mouse.move(box.x + 160, box.y + 100);
      await page.mouse.up();
      await eventually(async () => {
        const { window } = await keptView(open);
        assert.ok(window.x < 0.5 - 0.05, JSON.stringify(window));
      });
      await page.getByRole('button', { name: 'Reset View' }).click();
      await looksAt({ x: 0.5, y: 0.5, zoom: 1 });
    });
    check('leaves the wheel to the page until the picture is chosen', async open => {
      await open.show(panelStates.done);
      await open.page.locator(`${contour} canvas`).hover();
      await open.page.mouse.wheel(0, -100);
      await drawn(open.page);
      assert.equal(((await open.saved()) as { view?: View }).view, undefined);
    });
    check('follows the keyboard’s cursor', async open => {
      await open.show(panelStates.done);
      await open.page.locator(`${contour} .chart`).focus();
      for (let i = 0; i < 9; i++) await open.page.keyboard.press('+');
      for (let i = 0; i < 20; i++) await open.page.keyboard.press('ArrowRight');
      await eventually(async () => assert.ok((await keptView(open)).window.x > 0.8));
      await open.page.locator('.cell-cursor').waitFor();
    });
  });

  describe('the pictures are linked', () => {
    check('from the surface to the contour map', async ({ page, show }) => {
      await show(panelStates.done);
      const box = (await page.locator(`${surfaceFigure} .surface canvas`).first().boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.55);
      await page.locator('.cell-cursor').waitFor();
      await page.locator('.readings', { hasText: /^x .*y .*distance .*loss / }).waitFor();
      await page.mouse.move(5, 5);
      await page.locator('.cell-cursor').waitFor({ state: 'hidden' });
    });
    check('from the contour map to the surface', async ({ page, show }) => {
      await show(panelStates.done);
      const labels = page.locator(`${surfaceFigure} .labels`);
      const pixels = (): Promise<string> => labels.evaluate(canvas => (canvas as HTMLCanvasElement).toDataURL());
      const before = await pixels();
      await page.locator(`${contour} .chart`).focus();
      await page.keyboard.press('ArrowUp');
      await eventually(async () => assert.notEqual(await pixels(), before));
      await page.keyboard.press('Escape');
      await eventually(async () => assert.equal(await pixels(), before));
    });
  });

  describe('turning the surface', () => {
    check('moves no geometry, and is told in frames a second', async ({ page, show }) => {
      await show({ ...panelStates.done, surface: refined(surface(), 101) });
      const { uploads, framesPerSecond } = await page.evaluate(turn);
      console.log(`note: a 101 × 101 surface turns at ${framesPerSecond.toFixed(0)} frames a second here`);
      assert.equal(uploads, 0);
      // A picture a second is far from smooth, and says that frames are drawn at all while others compute here.
      assert.ok(framesPerSecond > 0.5, `${framesPerSecond} frames a second`);
    });
  });
});

/** The surface on a finer grid, by bilinear interpolation. */
function refined(of: SurfaceResult, count: number): SurfaceResult {
  const positions = Array.from({ length: count }, (_, i) => -1 + (2 * i) / (count - 1));
  const finer = (values: readonly (readonly Cell[])[]): number[][] =>
    positions.map((_, i) =>
      positions.map((__, j) => {
        const [row, column] = [i, j].map(at => (at / (count - 1)) * (values.length - 1)) as [number, number];
        const [r, c] = [Math.min(values.length - 2, Math.floor(row)), Math.min(values.length - 2, Math.floor(column))];
        const [a, b] = [row - r, column - c];
        const at = (y: number, x: number): number => values[y]![x] as number;
        return (1 - a) * ((1 - b) * at(r, c) + b * at(r, c + 1)) + a * ((1 - b) * at(r + 1, c) + b * at(r + 1, c + 1));
      }),
    );
  return { ...of, x: positions, y: positions, loss: finer(of.loss), accuracy: null, standardError: null };
}

/** Drags the surface around for sixty frames, in the page. */
async function turn(): Promise<{ uploads: number; framesPerSecond: number }> {
  const canvas = document.querySelector<HTMLCanvasElement>('.surface canvas')!;
  // What fires here is no real pointer, which alone can be captured.
  canvas.setPointerCapture = () => {};
  canvas.releasePointerCapture = () => {};
  const { left, top } = canvas.getBoundingClientRect();
  const fire = (type: string, x: number): boolean =>
    canvas.dispatchEvent(
      new PointerEvent(type, {
        bubbles: true,
        pointerId: 1,
        clientX: left + x,
        clientY: top + 100,
        button: 0,
        buttons: 1,
      }),
    );
  const frame = (): Promise<number> => new Promise(resolve => requestAnimationFrame(resolve));
  let uploads = 0;
  const { bufferData } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.bufferData = function (this: WebGL2RenderingContext, ...all: unknown[]) {
    uploads++;
    return (bufferData as (...all: unknown[]) => void).apply(this, all);
  } as typeof bufferData;
  fire('pointerdown', 100);
  // The first frames find out how fast this machine is.
  for (let i = 0; i < 10; i++) {
    fire('pointermove', 101 + i);
    await frame();
  }
  const start = performance.now();
  for (let i = 0; i < 60; i++) {
    fire('pointermove', 111 + i);
    await frame();
  }
  const seconds = (performance.now() - start) / 1000;
  fire('pointerup', 171);
  WebGL2RenderingContext.prototype.bufferData = bufferData;
  return { uploads, framesPerSecond: 60 / seconds };
}
