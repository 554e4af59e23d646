/** A plot's frame, ticks and labels, and its colour bar, as shapes. Pure. */
import { tickStep, ticks } from 'd3-array';
import { type ColorMapName, colorsOf, css } from '../view/colormap.ts';
import { formatTick } from '../view/format.ts';
import type { Interval } from '../view/plotFrame.ts';
import { toUnit } from '../view/scale.ts';
import type { Theme } from '../view/theme.ts';
import type { SurfaceView } from '../view/viewModel.ts';
import type { Box, MeasureText, Shape, TextShape } from './shapes.ts';

export interface AxisTick {
  readonly value: number;
  readonly label: string;
}

/** About `count` round values within an interval; a single value is its own tick. */
export function axisTicks({ from, to }: Interval, count: number): AxisTick[] {
  if (!(to > from)) return [{ value: from, label: formatTick(from, Math.abs(from) / 100) }];
  const step = tickStep(from, to, count);
  return ticks(from, to, count).map(value => ({ value, label: formatTick(value, step) }));
}

export interface AxisNames {
  readonly x: string;
  readonly y: string;
}

export interface AxesLayout {
  readonly frame: Box;
  readonly toX: (coordinate: number) => number;
  readonly toY: (coordinate: number) => number;
  /** What of either axis has ticks. */
  readonly x: Interval;
  readonly y: Interval;
  /** From the frame's lower edge to the picture's. */
  readonly below: number;
  /** Null where they are said elsewhere. */
  readonly names: AxisNames | null;
  /** To the edges of device pixels; half a device pixel. */
  readonly snap: (position: number) => number;
  readonly hairline: number;
}

/** The frame, ticks outside of it, and what the axes are. */
export function axes({ frame, toX, toY, x, y, below, names, snap, hairline }: AxesLayout, theme: Theme): Shape[] {
  const { left, top, width, height } = frame;
  const bottom = top + height;
  const half = hairline / 2;
  const stroke = { color: theme.line, width: hairline, opacity: theme.isHighContrast ? 1 : 0.35 };
  const [west, east] = [snap(left) - half, snap(left) + snap(width) + half];
  const [north, south] = [snap(top) - half, snap(top) + snap(height) + half];
  const xTicks = axisTicks(x, Math.max(2, Math.min(6, width / 64)));
  const yTicks = axisTicks(y, Math.max(2, Math.min(6, height / 56)));
  const text = { scale: 0.92, color: theme.foreground };
  return [
    {
      kind: 'paths',
      stroke,
      paths: [
        [
          [west, north],
          [east, north],
          [east, south],
          [west, south],
          [west, north - half],
        ],
        ...xTicks.map(
          ({ value }) =>
            [
              [snap(toX(value)) + half, bottom],
              [snap(toX(value)) + half, bottom + 4],
            ] as const,
        ),
        ...yTicks.map(
          ({ value }) =>
            [
              [left - 4, snap(toY(value)) + half],
              [left, snap(toY(value)) + half],
            ] as const,
        ),
      ],
    },
    ...xTicks.map(
      ({ value, label }): Shape => ({
        kind: 'text',
        ...text,
        text: label,
        x: toX(value),
        y: bottom + 8,
        align: 'center',
        baseline: 'top',
      }),
    ),
    ...yTicks.map(
      ({ value, label }): Shape => ({
        kind: 'text',
        ...text,
        text: label,
        x: left - 8,
        y: toY(value),
        align: 'right',
        baseline: 'middle',
      }),
    ),
    ...(names === null ? [] : nameShapes(names, { left, top, width, height }, below, theme)),
  ];
}

function nameShapes(
  names: AxisNames,
  { left, top, width, height }: Box,
  below: number,
  { muted }: Theme,
): readonly TextShape[] {
  const name = { kind: 'text', scale: 0.92, color: muted, align: 'center' } as const;
  return [
    { ...name, text: names.x, x: left + width / 2, y: top + height + below - 2, baseline: 'bottom' },
    height > 120
      ? { ...name, text: names.y, x: 8, y: top + height / 2, baseline: 'middle', angle: -Math.PI / 2 }
      : { ...name, text: 'y', x: left - 12, y: top - 6, align: 'left', baseline: 'bottom' },
  ];
}

export interface ColorBarLayout {
  readonly left: number;
  /** The picture's right edge, which the heading must not cross. */
  readonly right: number;
  /** What it is headed by. */
  readonly quantity: string;
  readonly measure: MeasureText;
  readonly top: number;
  readonly height: number;
  readonly snap: (position: number) => number;
  readonly hairline: number;
}

const BAR_WIDTH = 12;

/** The colours of a view's scale from low to high, with ticks, headed by what they stand for. */
export function colorBar(view: SurfaceView, layout: ColorBarLayout, theme: Theme, map: ColorMapName): Shape[] {
  const { scale, scaleTicks } = view;
  if (scale === null) return [];
  const { snap, hairline, top, height } = layout;
  const left = snap(layout.left);
  const colors = colorsOf(map);
  const steps = colors.map((color, i): Shape => {
    const upper = snap(top + (height * (colors.length - 1 - i)) / colors.length);
    const lower = snap(top + (height * (colors.length - i)) / colors.length);
    return {
      kind: 'boxes',
      boxes: [{ left, top: upper, width: BAR_WIDTH, height: lower - upper }],
      fill: css(color),
    };
  });
  const shapes: Shape[] = [];
  let below = Number.POSITIVE_INFINITY;
  for (const { value, label } of scaleTicks) {
    const y = top + height * (1 - toUnit(scale, value));
    // A short bar has no room for every tick.
    if (below - y < theme.fontSize * 1.1) continue;
    below = y;
    shapes.push(
      {
        kind: 'boxes',
        boxes: [{ left: left + BAR_WIDTH, top: snap(y), width: 4, height: hairline }],
        fill: theme.line,
        opacity: theme.isHighContrast ? 1 : 0.35,
      },
      {
        kind: 'text',
        text: label,
        x: left + BAR_WIDTH + 8,
        y,
        scale: 0.92,
        color: theme.foreground,
        align: 'left',
        baseline: 'middle',
      },
    );
  }
  const text = `${layout.quantity}${scale.kind === 'log' ? ', log' : ''}`;
  const fits = left + layout.measure(text, 0.92) <= layout.right;
  const heading = { kind: 'text', text, y: top - 11, scale: 0.92, color: theme.muted, baseline: 'bottom' } as const;
  return [
    ...steps,
    ...shapes,
    fits ? { ...heading, x: left, align: 'left' } : { ...heading, x: layout.right, align: 'right' },
  ];
}
