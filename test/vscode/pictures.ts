/** When a picture is on screen, told by the webview itself: a driver outside of it learns of it up to seconds late. */
import type { Locator, Page } from 'playwright-core';

/** How many colours of the colour map, not the greys of lines and labels, make a picture. */
const fewestColors = 8;

/** Lets every frame of the page notice its own first picture; call it before the page is opened. */
export async function watchPictures(page: Page): Promise<void> {
  await page.addInitScript(fewest => {
    const frame = globalThis as unknown as Frame;
    const { prototype } = frame.HTMLCanvasElement;
    const { getContext } = prototype;
    frame.countColors = canvas => {
      const colors = new Set<number>();
      const context = getContext.call(canvas, '2d');
      if (context === null) return 0;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      // A prime step through the picture is enough to see its colours.
      for (let at = 0; at < data.length; at += 4 * 61) {
        const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
        if (Math.max(red, green, blue) - Math.min(red, green, blue) > 40) colors.add((red << 16) | (green << 8) | blue);
      }
      return colors.size;
    };
    // VS Code writes a webview's document anew after this script has run, and with it go listeners and timers.
    prototype.getContext = function (...given) {
      frame.firstPicture ??= (async () => {
        for (;;) {
          await new Promise(resolve => frame.requestAnimationFrame(resolve));
          const canvas = frame.document.querySelector('figure canvas');
          if (canvas && canvas.width > 0 && frame.countColors(canvas) >= fewest) break;
        }
        // What was drawn in a frame is shown at its end.
        await new Promise(resolve => frame.requestAnimationFrame(resolve));
        return frame.performance.timeOrigin + frame.performance.now();
      })();
      return getContext.apply(this, given);
    };
  }, fewestColors);
}

/** When the first picture of the canvas's frame was shown, in milliseconds since the epoch. */
export async function firstPictureTime(canvas: Locator): Promise<number> {
  return canvas.evaluate((element: PageCanvas) => element.ownerDocument.defaultView.firstPicture);
}

/** Waits, frame by frame, until the canvas holds a picture. */
export async function pictureIn(canvas: Locator): Promise<void> {
  await canvas.evaluate(async (element: PageCanvas, fewest) => {
    const frame = element.ownerDocument.defaultView;
    while (frame.countColors(element) < fewest) await new Promise(resolve => frame.requestAnimationFrame(resolve));
  }, fewestColors);
}

/** What the functions above use of the DOM, whose types this program does not include, and what they add to it. */
interface Frame {
  readonly document: { querySelector(selector: string): PageCanvas | null };
  readonly performance: { readonly timeOrigin: number; now(): number };
  readonly HTMLCanvasElement: { readonly prototype: PageCanvas };
  requestAnimationFrame(callback: (time: number) => void): number;
  countColors(canvas: PageCanvas): number;
  firstPicture?: Promise<number>;
}

interface PageCanvas {
  readonly ownerDocument: { readonly defaultView: Required<Frame> };
  readonly width: number;
  readonly height: number;
  getContext(...given: [kind: string, options?: unknown]): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
  } | null;
}
