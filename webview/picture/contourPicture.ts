/** The contour map as shapes: cells as blocks of colour, contour lines with their levels, axes, colour bar and origin. Pure. */

import { isComputed, isFiniteCell } from '../view/cells.ts';
import { type ColorMapName, colorAt, css, isLight } from '../view/colormap.ts';
import { type Obstacle, type Path, placeLabels } from '../view/contourLabels.ts';
import { type ContourWindow, shownInterval, wholePlane } from '../view/contourWindow.ts';
import { formatCount, formatTick } from '../view/format.ts';
import type { Block } from '../view/lattice.ts';
import type { PathPoint, PathView } from '../view/path.ts';
import {
  coordinateAt,
  domainOf,
  type Interval,
  type Margins,
  type PlotFrame,
  plotFrame,
  project,
} from '../view/plotFrame.ts';
import { toUnit } from '../view/scale.ts';
import type { Theme } from '../view/theme.ts';
import type { SurfaceView } from '../view/viewModel.ts';
import { type AxisNames, axes, colorBar } from './axes.ts';
import { MARK_RADIUS, pathShapes } from './pathShapes.ts';
import type { Box, Fill, MeasureText, Shape } from './shapes.ts';

/** Where things lie on the screen. */
export interface ContourGeometry {
  readonly width: number;
  readonly height: number;
  readonly frame: PlotFrame;
  /** The plane's extent that is shown, and all of it. */
  readonly shown: { readonly x: Interval; readonly y: Interval };
  readonly toX: (coordinate: number) => number;
  readonly toY: (coordinate: number) => number;
  /** From a position in the grid to the screen. */
  readonly toPoint: (column: number, row: number) => readonly [number, number];
  readonly toBox: (block: Block) => Box;
  readonly snap: (position: number) => number;
  /** The thinnest line. */
  readonly hairline: number;
}

export interface ContourStyle {
  readonly theme: Theme;
  readonly map: ColorMapName;
  readonly measure: MeasureText;
  /** What the axes and the colour bar are headed by; the view's own names where absent. */
  readonly names?: AxisNames & { readonly quantity: string };
}

const MARGINS = { left: 60, right: 72, top: 30, bottom: 46 } as const;
/** Room for the labels of the ticks alone. */
const TILE_MARGINS: Margins = { left: 40, right: 10, top: 6, bottom: 24 };
const BAR_GAP = 16;

/** Fits the map into a width and at most a height, in CSS pixels; `ratio` device pixels a CSS pixel, edges land on them. */
export function contourGeometry(
  { x, y }: Pick<SurfaceView, 'x' | 'y'>,
  width: number,
  maxHeight: number,
  window: ContourWindow,
  ratio: number,
  margins: Margins = MARGINS,
): ContourGeometry {
  const frame = plotFrame(x, y, width, maxHeight, margins);
  const snap = (position: number): number => Math.round(position * ratio) / ratio;
  const shown = {
    x: shownInterval(domainOf(x), window.x, window.zoom),
    y: shownInterval(domainOf(y), window.y, window.zoom),
  };
  const toX = project(shown.x, frame.left, frame.width);
  const toY = project(shown.y, frame.top + frame.height, -frame.height);
  const toPoint = (column: number, row: number): readonly [number, number] => [
    toX(coordinateAt(x, column)),
    toY(coordinateAt(y, row)),
  ];
  const toBox = ({ left, right, top, bottom }: Block): Box => {
    const [a, b] = [toPoint(left, top), toPoint(right, bottom)];
    const [west, east] = [snap(Math.min(a[0], b[0])), snap(Math.max(a[0], b[0]))];
    const [north, south] = [snap(Math.min(a[1], b[1])), snap(Math.max(a[1], b[1]))];
    return { left: west, top: north, width: east - west, height: south - north };
  };
  const height = frame.top + frame.height + margins.bottom;
  return { width, height, frame, shown, toX, toY, toPoint, toBox, snap, hairline: 1 / ratio };
}

/** Only the plane itself, without anything around it. */
export const thumbnailGeometry = (view: Pick<SurfaceView, 'x' | 'y'>, size: number, ratio: number): ContourGeometry =>
  contourGeometry(view, size, size, wholePlane, ratio, { left: 0, right: 0, top: 0, bottom: 0 });

/** The cells and the origin, small. */
export const thumbnailPicture = (view: SurfaceView, geometry: ContourGeometry, map: ColorMapName): Shape[] => [
  { kind: 'boxes', boxes: [geometry.frame], fill: { pattern: 'dots' } },
  ...cellShapes(view, geometry, map),
  ...(view.isOriginInside
    ? [
        {
          kind: 'ring',
          x: geometry.toX(0),
          y: geometry.toY(0),
          radius: 2,
          stroke: { color: '#000', width: 2.5 },
        } as const,
        {
          kind: 'ring',
          x: geometry.toX(0),
          y: geometry.toY(0),
          radius: 2,
          stroke: { color: '#fff', width: 1 },
        } as const,
      ]
    : []),
];

/** The whole picture. */
export function contourPicture(view: SurfaceView, geometry: ContourGeometry, style: ContourStyle): Shape[] {
  const { frame, snap, hairline } = geometry;
  const { theme, map, measure } = style;
  const { left, top, width, height } = frame;
  return [
    ...mapShapes(view, geometry, style, style.names ?? { x: view.axes.x.long, y: view.axes.y.long }),
    ...colorBar(
      view,
      {
        left: left + width + BAR_GAP,
        right: geometry.width,
        quantity: style.names?.quantity ?? view.quantity,
        measure,
        top,
        height,
        snap,
        hairline,
      },
      theme,
      map,
    ),
    ...legend(view, frame, style),
  ];
}

/** One of several maps side by side: what its axes and its colours are is said once for all of them, beside. */
export const tilePicture = (view: SurfaceView, geometry: ContourGeometry, style: ContourStyle): Shape[] =>
  mapShapes(view, geometry, style, null);

/** Fits one of several maps into a width, in CSS pixels. */
export const tileGeometry = (
  view: Pick<SurfaceView, 'x' | 'y'>,
  width: number,
  maxHeight: number,
  window: ContourWindow,
  ratio: number,
): ContourGeometry => contourGeometry(view, width, maxHeight, window, ratio, TILE_MARGINS);

/** Cells, contour lines, axes, the path of checkpoints and the origin. */
function mapShapes(
  view: SurfaceView,
  geometry: ContourGeometry,
  style: ContourStyle,
  names: AxisNames | null,
): Shape[] {
  const { frame, toX, toY, snap, hairline, shown } = geometry;
  return [
    {
      kind: 'clip',
      box: frame,
      shapes: [
        ...(view.lattice === null ? [{ kind: 'boxes', boxes: [frame], fill: { pattern: 'dots' } } as const] : []),
        ...cellShapes(view, geometry, style.map),
        ...missingShapes(view, geometry),
        ...lineShapes(view, geometry, style),
      ],
    },
    ...axes(
      {
        frame,
        toX,
        toY,
        x: common(shown.x, ends(view.x)),
        y: common(shown.y, ends(view.y)),
        below: MARGINS.bottom,
        names,
        snap,
        hairline,
      },
      style.theme,
    ),
    {
      kind: 'clip',
      box: frame,
      shapes: [
        ...(view.path === null ? [] : pathShapes(pathScene(view.path, geometry, style))),
        ...(view.isOriginInside ? originShapes(toX(0), toY(0)) : []),
      ],
    },
  ];
}

const pathScene = (path: PathView, { frame, toX, toY }: ContourGeometry, { theme, measure }: ContourStyle) => ({
  path,
  toScreen: ({ x, y }: PathPoint) => [toX(x), toY(y)] as const,
  theme,
  measure,
  left: frame.left,
  right: frame.left + frame.width,
});

/** One list of boxes a colour: blocks of the complete lattice first, those of the pass in progress over them. */
function cellShapes(
  { blocks, cells, scale, lattice }: SurfaceView,
  { toBox }: ContourGeometry,
  map: ColorMapName,
): Shape[] {
  const complete = lattice === null ? 0 : lattice.rows.length * lattice.columns.length;
  return [blocks.slice(0, complete), blocks.slice(complete)].flatMap(layer => {
    const byFill = new Map<string, { fill: Fill; boxes: Box[] }>();
    for (const block of layer) {
      const value = cells[block.row]?.[block.column];
      const color = isFiniteCell(value) && scale ? css(colorAt(map, toUnit(scale, value))) : null;
      const key = color ?? 'hatching';
      const group = byFill.get(key) ?? { fill: color ?? ({ pattern: 'hatching' } as const), boxes: [] };
      byFill.set(key, group);
      group.boxes.push(toBox(block));
    }
    return [...byFill.values()].map(group => ({ kind: 'boxes', ...group }) as const);
  });
}

/** Dots over cells that a coarser block stands for: a box for every stretch of a row. */
function missingShapes({ cells, summary, lattice }: SurfaceView, { toBox }: ContourGeometry): Shape[] {
  if (summary.computed === summary.total || lattice === null) return [];
  const boxes = cells.flatMap((line, row) => {
    const stretches: Box[] = [];
    let from: number | null = null;
    for (let column = 0; column <= line.length; column++) {
      const isMissing = column < line.length && !isComputed(line[column]);
      if (isMissing) from ??= column;
      else if (from !== null) {
        const left = from - 0.5;
        stretches.push(toBox({ row, column: from, left, right: column - 0.5, top: row - 0.5, bottom: row + 0.5 }));
        from = null;
      }
    }
    return stretches;
  });
  return [{ kind: 'boxes', boxes, fill: { pattern: 'dots' } }];
}

function lineShapes(view: SurfaceView, geometry: ContourGeometry, { theme, map, measure }: ContourStyle): Shape[] {
  const { scale, lines } = view;
  if (scale === null) return [];
  const { frame } = geometry;
  const paths = lines.map(({ points }): Path => points.map(([column, row]) => geometry.toPoint(column, row)));
  const behind = lines.map(({ level }) => colorAt(map, toUnit(scale, level)));
  const strokes = lines.map(
    ({ level }, i): Shape => ({
      kind: 'paths',
      paths: [paths[i]!],
      stroke: isLight(behind[i]!)
        ? { color: '#000', opacity: 0.45, width: 1 }
        : { color: '#fff', opacity: 0.55, width: 1 },
      name: `${view.metric} ${levelText(view, level)}`,
    }),
  );
  const texts = lines.map(({ level }) => levelText(view, level));
  const shifted = paths.map(path => path.map(([x, y]): readonly [number, number] => [x - frame.left, y - frame.top]));
  const widths = texts.map(text => measure(text, LABEL_SCALE));
  const labels = placeLabels(shifted, widths, frame, obstacles(view, geometry)).map(({ line, x, y, angle }): Shape => {
    const color = behind[line]!;
    return {
      kind: 'text',
      text: texts[line]!,
      x: frame.left + x,
      y: frame.top + y,
      scale: LABEL_SCALE,
      color: isLight(color) ? '#000' : '#fff',
      halo: css(color),
      align: 'center',
      baseline: 'middle',
      angle,
    };
  });
  return theme.isHighContrast ? [...strokes.map(strengthened), ...labels] : [...strokes, ...labels];
}

const LABEL_SCALE = 0.85;

const strengthened = (shape: Shape): Shape =>
  shape.kind === 'paths' ? { ...shape, stroke: { ...shape.stroke, opacity: 0.85 } } : shape;

const levelText = ({ metric }: SurfaceView, level: number): string =>
  metric === 'accuracy' ? `${formatTick(100 * level, 100 * stepOf(level))}%` : formatTick(level, stepOf(level));

/** A level is a round number: its last digit that is not zero says to which place it is written. */
const stepOf = (level: number): number => {
  const digits = Number(level.toPrecision(6)).toExponential().split('e');
  const decimals = digits[0]!.split('.')[1]?.length ?? 0;
  return 10 ** (Number(digits[1]) - decimals);
};

const obstacles = ({ isOriginInside, path }: SurfaceView, { frame, toX, toY }: ContourGeometry): Obstacle[] => {
  const at = (x: number, y: number, radius: number): Obstacle => ({
    x: toX(x) - frame.left,
    y: toY(y) - frame.top,
    radius,
  });
  return [
    ...(isOriginInside ? [at(0, 0, 10)] : []),
    ...(path?.points ?? []).map(({ x, y }) => at(x, y, 2 * MARK_RADIUS)),
  ];
};

/** A ring and a cross in black on white: to be seen on every colour. */
function originShapes(x: number, y: number): Shape[] {
  const arms = [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ].map(
    ([dx, dy]) =>
      [
        [x + 4.5 * dx!, y + 4.5 * dy!],
        [x + 8.5 * dx!, y + 8.5 * dy!],
      ] as const,
  );
  return [
    { color: '#000', width: 3.5 },
    { color: '#fff', width: 1.5 },
  ].flatMap((stroke): Shape[] => [
    { kind: 'ring', x, y, radius: 4.5, stroke },
    { kind: 'paths', paths: arms, stroke },
  ]);
}

/** What hatching and dots mean, above the plot; only where there are any. */
function legend({ summary }: SurfaceView, frame: PlotFrame, { theme, measure }: ContourStyle): Shape[] {
  const missing = summary.total - summary.computed;
  const entries = [
    { pattern: 'hatching', text: `${formatCount(summary.failed)} not finite`, isThere: summary.failed > 0 },
    { pattern: 'dots', text: `${formatCount(missing)} not computed yet`, isThere: missing > 0 },
  ] as const;
  const shapes: Shape[] = [];
  const size = 11;
  const top = frame.top - 11 - size;
  let { left } = frame;
  for (const { pattern, text, isThere } of entries) {
    if (!isThere) continue;
    const box = { left, top, width: size + 5, height: size };
    shapes.push(
      { kind: 'boxes', boxes: [box], fill: { pattern } },
      { kind: 'paths', paths: [outline(box)], stroke: { color: theme.line, width: 1, opacity: 0.6 } },
      {
        kind: 'text',
        text,
        x: left + size + 10,
        y: top + size / 2 + 1,
        scale: 0.92,
        color: theme.muted,
        align: 'left',
        baseline: 'middle',
      },
    );
    left += size + 10 + measure(text, 0.92) + 14;
  }
  return shapes;
}

const outline = ({ left, top, width, height }: Box): Path => [
  [left, top],
  [left + width, top],
  [left + width, top + height],
  [left, top + height],
  [left, top],
];

const ends = (positions: readonly number[]): Interval => ({ from: Math.min(...positions), to: Math.max(...positions) });
const common = (a: Interval, b: Interval): Interval => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) });
