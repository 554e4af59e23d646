/** A 2-D canvas that keeps its resolution: drawing is in CSS pixels, edges land on device pixels. */
import type { Theme } from './theme.ts';

export interface Surface2d {
  readonly context: CanvasRenderingContext2D;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
  readonly width: number;
  readonly height: number;
}

/** Sizes and clears the canvas; `width` and `height` are CSS pixels. */
export function prepare(canvas: HTMLCanvasElement, width: number, height: number): Surface2d {
  const ratio = window.devicePixelRatio || 1;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, ratio, width, height };
}

/** The nearest position where a device pixel begins. */
export const snap = (position: number, ratio: number): number => Math.round(position * ratio) / ratio;

/** The theme's font; `scale` is relative to its size. */
export const font = (theme: Theme, scale = 1): string => `${Math.round(theme.fontSize * scale)}px ${theme.fontFamily}`;

/** Text with a halo in the colour behind it, so that lines below it do not cross the letters. */
export function haloText(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  color: string,
  halo: string,
): void {
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = halo;
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}

/** Light dots: nothing computed here. */
export const dots = (surface: Surface2d, theme: Theme): CanvasPattern =>
  pattern(surface, 8, context => {
    context.fillStyle = theme.line;
    context.globalAlpha = theme.isHighContrast ? 0.7 : 0.28;
    context.fillRect(3, 3, 1, 1);
  });

/** Diagonal lines: computed, and not finite. */
export const hatching = (surface: Surface2d, theme: Theme): CanvasPattern =>
  pattern(surface, 6, context => {
    context.fillStyle = theme.background;
    context.fillRect(0, 0, 6, 6);
    context.strokeStyle = theme.foreground;
    context.globalAlpha = theme.isHighContrast ? 1 : 0.75;
    context.lineWidth = 1;
    context.beginPath();
    for (const offset of [-6, 0, 6]) {
      context.moveTo(offset - 1, 7);
      context.lineTo(offset + 7, -1);
    }
    context.stroke();
  });

function pattern(
  { context, ratio }: Surface2d,
  size: number,
  draw: (c: CanvasRenderingContext2D) => void,
): CanvasPattern {
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.max(1, Math.round(size * ratio));
  const tileContext = tile.getContext('2d')!;
  tileContext.scale(tile.width / size, tile.height / size);
  draw(tileContext);
  const made = context.createPattern(tile, 'repeat')!;
  made.setTransform(new DOMMatrix().scale(1 / ratio));
  return made;
}
