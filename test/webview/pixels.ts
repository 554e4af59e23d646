/** Finds places in the pictures, and the colours there. */
import type { Rgb } from '../../webview/view/colormap.ts';
import type { OpenPage } from './harness.ts';
import { contour } from './pageSuite.ts';

export interface Position {
  readonly x: number;
  readonly y: number;
}

/** Middle of a cell so many steps right of and above the middle one, found with the keyboard's cursor. */
export async function cellCentre({ page }: OpenPage, right: number, up: number): Promise<Position> {
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
export async function barFoot(open: OpenPage): Promise<Position> {
  const { x: right, y } = await cellCentre(open, 25, -25);
  return { x: right + 26, y: y + 2.9 };
}

/** Colour of the contour canvas at a position in CSS pixels. */
export async function pixel({ page }: OpenPage, at: Position, ratio = 1): Promise<Rgb> {
  return page.locator(`${contour} canvas`).evaluate(
    (canvas, { x, y }) => {
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(Math.floor(x), Math.floor(y), 1, 1);
      return [data[0]!, data[1]!, data[2]!] as const;
    },
    { x: at.x * ratio, y: at.y * ratio },
  );
}

/** What share of a patch around a cell of the complete grid has which colour, as drawn on the page's background. */
export async function sharesIn(open: OpenPage, right: number, up: number): Promise<Map<string, number>> {
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

export const between = (value: number | undefined, low: number, high: number): boolean =>
  value !== undefined && low <= value && value <= high;

/** How many colours a canvas shows. */
export async function paletteOf({ page }: OpenPage, selector: string): Promise<number> {
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
