/** Where a grid of the plane lands on the screen. */

/** An interval of a plane's coordinate, from its lower to its upper end. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The rectangle the cells are drawn in, in CSS pixels from the canvas's upper left corner. */
export interface PlotFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Up to this ratio of the two ranges a unit is equally long on both axes; beyond it one axis would be a sliver. */
const ALIKE = 3;

/**
 * The plane's coordinate at a position between cells: index 2 is the third cell, 2.5 the border to its neighbour.
 * A single cell is one unit wide.
 */
export function coordinateAt(positions: readonly number[], index: number): number {
  const last = positions.length - 1;
  if (last < 1) return (positions[0] ?? 0) + index;
  const before = Math.min(last - 1, Math.max(0, Math.floor(index)));
  const from = positions[before]!;
  return from + (index - before) * (positions[before + 1]! - from);
}

/** The interval that the cells cover, half a cell beyond the outermost positions. */
export function domainOf(positions: readonly number[]): Interval {
  const ends = [coordinateAt(positions, -0.5), coordinateAt(positions, positions.length - 0.5)] as const;
  return { from: Math.min(...ends), to: Math.max(...ends) };
}

/**
 * Fits the plot into `width` × at most `maxHeight` CSS pixels, margins included. A grid of a single row or column
 * becomes a strip.
 */
export function plotFrame(
  x: readonly number[],
  y: readonly number[],
  width: number,
  maxHeight: number,
  margins: Margins,
): PlotFrame {
  const room = {
    width: Math.max(40, width - margins.left - margins.right),
    height: Math.max(40, maxHeight - margins.top - margins.bottom),
  };
  const { left, top } = margins;
  if (y.length === 1 || x.length === 1) {
    const strip = 32;
    return {
      left,
      top,
      width: x.length === 1 ? strip : room.width,
      height: y.length === 1 ? strip : Math.min(room.height, room.width),
    };
  }
  const spans = [length(domainOf(x)), length(domainOf(y))] as const;
  const ratio = spans[1] / spans[0];
  if (!(ratio <= ALIKE && ratio >= 1 / ALIKE)) {
    return { left, top, width: room.width, height: Math.min(room.height, 0.75 * room.width) };
  }
  const used = Math.min(room.width, room.height / ratio);
  return { left, top, width: Math.round(used), height: Math.round(used * ratio) };
}

/** Linear map from an interval to pixels. */
export const project = ({ from, to }: Interval, start: number, size: number): ((value: number) => number) => {
  const perUnit = to > from ? size / (to - from) : 0;
  return value => start + (value - from) * perUnit;
};

const length = ({ from, to }: Interval): number => to - from;
