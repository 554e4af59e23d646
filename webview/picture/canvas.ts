/** A 2-D canvas that keeps its resolution: shapes are in CSS pixels, edges land on device pixels. */
import type { Theme } from '../view/theme.ts';
import type { MeasureText, PatternName, Shape, Stroke, TextShape } from './shapes.ts';

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

/** To the nearest position where a device pixel begins. */
export const snapTo =
  (ratio: number) =>
  (position: number): number =>
    Math.round(position * ratio) / ratio;

/** Measures with the canvas's own font. */
export const measureOn =
  ({ context }: Surface2d, theme: Theme): MeasureText =>
  (text, scale) => {
    context.font = font(theme, scale);
    return context.measureText(text).width;
  };

/** Paints shapes in their order. */
export function paint(surface: Surface2d, shapes: readonly Shape[], theme: Theme): void {
  const { context } = surface;
  for (const shape of shapes) {
    context.save();
    switch (shape.kind) {
      case 'boxes':
        context.globalAlpha = shape.opacity ?? 1;
        context.fillStyle = typeof shape.fill === 'string' ? shape.fill : pattern(surface, shape.fill.pattern, theme);
        for (const { left, top, width, height } of shape.boxes) context.fillRect(left, top, width, height);
        break;
      case 'paths':
        useStroke(context, shape.stroke);
        for (const path of shape.paths) {
          context.beginPath();
          for (const [x, y] of path) context.lineTo(x, y);
          context.stroke();
        }
        break;
      case 'areas':
        context.globalAlpha = shape.opacity ?? 1;
        context.fillStyle = shape.fill;
        context.beginPath();
        for (const path of shape.paths) {
          path.forEach(([x, y], i) => {
            if (i === 0) context.moveTo(x, y);
            else context.lineTo(x, y);
          });
        }
        context.fill();
        break;
      case 'ring':
        useStroke(context, shape.stroke);
        context.beginPath();
        context.arc(shape.x, shape.y, shape.radius, 0, 2 * Math.PI);
        if (shape.fill !== undefined) {
          context.fillStyle = shape.fill;
          context.fill();
        }
        context.stroke();
        break;
      case 'text':
        write(context, shape, theme);
        break;
      case 'clip':
        context.beginPath();
        context.rect(shape.box.left, shape.box.top, shape.box.width, shape.box.height);
        context.clip();
        paint(surface, shape.shapes, theme);
        break;
    }
    context.restore();
  }
}

function useStroke(context: CanvasRenderingContext2D, { color, width, opacity, dash }: Stroke): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = 'round';
  context.globalAlpha = opacity ?? 1;
  context.setLineDash([...(dash ?? [])]);
}

function write(context: CanvasRenderingContext2D, text: TextShape, theme: Theme): void {
  context.font = font(theme, text.scale);
  context.textAlign = text.align;
  context.textBaseline = text.baseline;
  context.translate(text.x, text.y);
  if (text.angle !== undefined) context.rotate(text.angle);
  if (text.halo !== undefined) {
    context.lineJoin = 'round';
    context.lineWidth = 3;
    context.strokeStyle = text.halo;
    context.strokeText(text.text, 0, 0);
  }
  context.fillStyle = text.color;
  context.fillText(text.text, 0, 0);
}

const font = (theme: Theme, scale: number): string => `${Math.round(theme.fontSize * scale)}px ${theme.fontFamily}`;

const tiles: Readonly<
  Record<PatternName, { readonly size: number; draw(context: CanvasRenderingContext2D, theme: Theme): void }>
> = {
  dots: {
    size: 6,
    // A dark and a light dot together show on every colour.
    draw: (context, theme) => {
      context.globalAlpha = theme.isHighContrast ? 0.9 : 0.45;
      context.fillStyle = '#000';
      context.fillRect(2, 2, 1, 1);
      context.fillStyle = '#fff';
      context.fillRect(3, 3, 1, 1);
    },
  },
  hatching: {
    size: 6,
    draw: (context, theme) => {
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
    },
  },
};

function pattern({ context, ratio }: Surface2d, name: PatternName, theme: Theme): CanvasPattern {
  const { size, draw } = tiles[name];
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.max(1, Math.round(size * ratio));
  const tileContext = tile.getContext('2d')!;
  tileContext.scale(tile.width / size, tile.height / size);
  draw(tileContext, theme);
  const made = context.createPattern(tile, 'repeat')!;
  made.setTransform(new DOMMatrix().scale(1 / ratio));
  return made;
}
