/** Which part of the plane the contour map shows. Pure. */
import type { Interval } from './plotFrame.ts';

/** The middle of what is shown, as fractions of the plane's extent along x and y, and how much it is enlarged. */
export interface ContourWindow {
  readonly x: number;
  readonly y: number;
  /** 1 shows the whole plane. */
  readonly zoom: number;
}

export const wholePlane: ContourWindow = { x: 0.5, y: 0.5, zoom: 1 };

const MOST_ZOOM = 24;

/** The interval of an axis's domain that is shown. */
export function shownInterval({ from, to }: Interval, middle: number, zoom: number): Interval {
  const span = to - from;
  const centre = from + middle * span;
  return { from: centre - span / zoom / 2, to: centre + span / zoom / 2 };
}

/** Enlarges by `factor` about a point, given as fractions of what is shown now, which stays where it is. */
export function zoomed(window: ContourWindow, factor: number, at: { readonly x: number; readonly y: number }) {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, window.zoom * factor));
  const keep = (middle: number, fraction: number): number => middle + (fraction - 0.5) * (1 / window.zoom - 1 / zoom);
  return clamped({ x: keep(window.x, at.x), y: keep(window.y, at.y), zoom });
}

/** Moves what is shown by fractions of its own extent. */
export const panned = ({ x, y, zoom }: ContourWindow, dx: number, dy: number): ContourWindow =>
  clamped({ x: x + dx / zoom, y: y + dy / zoom, zoom });

/** Moves as little as possible so that the point, given as fractions of the plane, is shown. */
export function revealing(window: ContourWindow, x: number, y: number): ContourWindow {
  const half = 0.5 / window.zoom;
  const near = (middle: number, at: number): number => Math.min(at + half, Math.max(at - half, middle));
  return clamped({ x: near(window.x, x), y: near(window.y, y), zoom: window.zoom });
}

function clamped({ x, y, zoom }: ContourWindow): ContourWindow {
  const half = 0.5 / zoom;
  const within = (middle: number): number => Math.min(1 - half, Math.max(half, middle));
  return { x: within(x), y: within(y), zoom };
}
