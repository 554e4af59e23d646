/**
 * Takes down what a chart library draws on a canvas, as shapes. It knows what Chart.js uses for lines, marks and text,
 * and nothing else: a chart for print draws nothing from a cached outline.
 */
import type { Box, MeasureText, Shape } from './shapes.ts';

type Point = readonly [number, number];

/** x' = a·x + c·y + e, y' = b·x + d·y + f, as canvases name them. */
interface Transform {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

interface Kept {
  readonly transform: Transform;
  readonly target: Shape[];
  readonly dash: readonly number[];
  readonly styles: Styles;
}

interface Styles {
  lineWidth: number;
  strokeStyle: string;
  fillStyle: string;
  globalAlpha: number;
  font: string;
  textAlign: string;
  textBaseline: string;
}

const identity: Transform = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

/** Corners of a full circle: a mark is a few pixels wide. */
const CORNERS = 24;

/** Pieces of a curve between two neighbouring points of a chart. */
const PIECES = 6;

/** Stands for a canvas and its context. */
export class Recorder {
  readonly shapes: Shape[] = [];
  readonly canvas: this = this;
  width: number;
  height: number;
  readonly #measure: MeasureText;
  readonly #fontSize: number;
  #transform = identity;
  #target = this.shapes;
  #stack: Kept[] = [];
  #path: Point[][] = [];
  #dash: readonly number[] = [];
  #styles: Styles = {
    lineWidth: 1,
    strokeStyle: '#000',
    fillStyle: '#000',
    globalAlpha: 1,
    font: '10px sans-serif',
    textAlign: 'start',
    textBaseline: 'alphabetic',
  };

  /** @param fontSize Of the theme that the shapes are written in. */
  constructor(width: number, height: number, measure: MeasureText, fontSize: number) {
    this.width = width;
    this.height = height;
    this.#measure = measure;
    this.#fontSize = fontSize;
    // Chart.js sets them one by one, as on a canvas.
    for (const name of Object.keys(this.#styles) as (keyof Styles)[]) {
      Object.defineProperty(this, name, {
        get: () => this.#styles[name],
        set: (value: never) => {
          this.#styles[name] = value;
        },
      });
    }
  }

  getContext(): this {
    return this;
  }

  save(): void {
    this.#stack.push({
      transform: this.#transform,
      target: this.#target,
      dash: this.#dash,
      styles: { ...this.#styles },
    });
  }

  restore(): void {
    const kept = this.#stack.pop();
    if (kept === undefined) return;
    this.#transform = kept.transform;
    this.#target = kept.target;
    this.#dash = kept.dash;
    this.#styles = kept.styles;
  }

  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    this.#transform = { a, b, c, d, e, f };
  }

  resetTransform(): void {
    this.#transform = identity;
  }

  translate(x: number, y: number): void {
    const [e, f] = this.#at(x, y);
    this.#transform = { ...this.#transform, e, f };
  }

  rotate(angle: number): void {
    const { a, b, c, d, e, f } = this.#transform;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    this.#transform = { a: a * cos + c * sin, b: b * cos + d * sin, c: c * cos - a * sin, d: d * cos - b * sin, e, f };
  }

  setLineDash(dash: readonly number[]): void {
    this.#dash = dash;
  }

  clearRect(): void {}

  beginPath(): void {
    this.#path = [];
  }

  moveTo(x: number, y: number): void {
    this.#path.push([this.#at(x, y)]);
  }

  lineTo(x: number, y: number): void {
    const last = this.#path.at(-1);
    if (last === undefined) this.moveTo(x, y);
    else last.push(this.#at(x, y));
  }

  closePath(): void {
    const last = this.#path.at(-1);
    if (last?.[0] !== undefined) last.push(last[0]);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.moveTo(x, y);
    this.lineTo(x + width, y);
    this.lineTo(x + width, y + height);
    this.lineTo(x, y + height);
    this.closePath();
  }

  arc(x: number, y: number, radius: number, from: number, to: number): void {
    const steps = Math.max(1, Math.ceil((CORNERS * Math.abs(to - from)) / (2 * Math.PI)));
    for (let step = 0; step <= steps; step++) {
      const angle = from + ((to - from) * step) / steps;
      this.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    }
  }

  /** A cubic Bézier curve, as straight pieces. */
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void {
    const from = this.#path.at(-1)?.at(-1);
    if (from === undefined) return;
    const [[cx1, cy1], [cx2, cy2], [toX, toY]] = [this.#at(x1, y1), this.#at(x2, y2), this.#at(x, y)];
    for (let piece = 1; piece <= PIECES; piece++) {
      const [t, s] = [piece / PIECES, 1 - piece / PIECES];
      const [a, b, c, d] = [s ** 3, 3 * s ** 2 * t, 3 * s * t ** 2, t ** 3];
      this.#path.at(-1)!.push([a * from[0] + b * cx1 + c * cx2 + d * toX, a * from[1] + b * cy1 + c * cy2 + d * toY]);
    }
  }

  stroke(): void {
    const { lineWidth, strokeStyle, globalAlpha } = this.#styles;
    const paths = this.#path.filter(path => path.length > 1);
    if (paths.length === 0 || !(lineWidth > 0)) return;
    const { color, alpha } = parted(strokeStyle);
    this.#target.push({
      kind: 'paths',
      paths,
      stroke: {
        color,
        width: lineWidth,
        opacity: alpha * globalAlpha,
        ...(this.#dash.length > 0 && { dash: this.#dash }),
      },
    });
  }

  fill(): void {
    const paths = this.#path.filter(path => path.length > 2);
    if (paths.length === 0) return;
    const { color, alpha } = parted(this.#styles.fillStyle);
    this.#target.push({ kind: 'areas', paths, fill: color, opacity: alpha * this.#styles.globalAlpha });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const path = this.#path;
    this.beginPath();
    this.rect(x, y, width, height);
    this.fill();
    this.#path = path;
  }

  /** To the box around the path: a chart clips to its frame. */
  clip(): void {
    const points = this.#path.flat();
    const [x, y] = [points.map(point => point[0]), points.map(point => point[1])];
    const [left, top] = [Math.min(...x), Math.min(...y)];
    const box: Box = { left, top, width: Math.max(...x) - left, height: Math.max(...y) - top };
    const shapes: Shape[] = [];
    this.#target.push({ kind: 'clip', box, shapes });
    this.#target = shapes;
  }

  measureText(text: string): { readonly width: number } {
    return { width: this.#measure(text, this.#scale()) };
  }

  fillText(text: string, x: number, y: number): void {
    const [atX, atY] = this.#at(x, y);
    const { a, b } = this.#transform;
    const angle = Math.atan2(b, a);
    const { fillStyle, textAlign, textBaseline } = this.#styles;
    this.#target.push({
      kind: 'text',
      text,
      x: atX,
      y: atY,
      scale: this.#scale(),
      color: parted(fillStyle).color,
      align: textAlign === 'center' ? 'center' : textAlign === 'right' || textAlign === 'end' ? 'right' : 'left',
      baseline: textBaseline === 'middle' || textBaseline === 'top' ? textBaseline : 'bottom',
      ...(angle !== 0 && { angle }),
    });
  }

  #at(x: number, y: number): Point {
    const { a, b, c, d, e, f } = this.#transform;
    return [a * x + c * y + e, b * x + d * y + f];
  }

  #scale(): number {
    return Number(/([\d.]+)px/.exec(this.#styles.font)?.[1] ?? this.#fontSize) / this.#fontSize;
  }
}

/** SVG 1.1 has colours without alpha, and opacities of their own. */
function parted(color: string): { readonly color: string; readonly alpha: number } {
  const [, red, green, blue, alpha] = /^rgba\(([\d.]+), *([\d.]+), *([\d.]+), *([\d.]+)\)$/.exec(color) ?? [];
  return alpha === undefined ? { color, alpha: 1 } : { color: `rgb(${red}, ${green}, ${blue})`, alpha: Number(alpha) };
}
