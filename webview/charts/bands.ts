/** Uncertainties as bands about a line. */
import type { Plugin } from 'chart.js';
import { insideAxes, pixelOf } from './plotStyle.ts';

/** A stretch of a line with its uncertainty, without a gap. */
export interface Band {
  readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  readonly color: string;
}

/** Fills what lies between the ends of intervals that are too many to be drawn one by one. */
export const bands = (of: readonly Band[]): Plugin => ({
  id: 'bands',
  beforeDatasetsDraw: chart =>
    insideAxes(chart, (ctx, across, up) => {
      for (const { points, color } of of) {
        ctx.fillStyle = color;
        ctx.beginPath();
        for (const { x, high } of points) ctx.lineTo(across.getPixelForValue(x), up.getPixelForValue(high));
        for (const { x, low } of points.toReversed()) ctx.lineTo(across.getPixelForValue(x), pixelOf(up, low));
        ctx.closePath();
        ctx.fill();
      }
    }),
});
