/** Uncertainties as bands about a line. */
import type { Plugin } from 'chart.js';

/** A stretch of a line with its uncertainty, without a gap. */
export interface Band {
  readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  readonly color: string;
}

/** Fills what lies between the ends of intervals that are too many to be drawn one by one. */
export const bands = (of: readonly Band[]): Plugin => ({
  id: 'bands',
  beforeDatasetsDraw({ ctx, chartArea: { left, top, right, bottom }, scales: { x: across, y: up } }) {
    if (across === undefined || up === undefined) return;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, right - left, bottom - top);
    ctx.clip();
    for (const { points, color } of of) {
      ctx.fillStyle = color;
      ctx.beginPath();
      for (const { x, high } of points) ctx.lineTo(across.getPixelForValue(x), up.getPixelForValue(high));
      for (const { x, low } of points.toReversed()) {
        // A logarithm knows no zero: what reaches it goes on to the lower edge.
        const y = up.type === 'logarithmic' && low <= 0 ? bottom : up.getPixelForValue(low);
        ctx.lineTo(across.getPixelForValue(x), y);
      }
      ctx.closePath();
      ctx.fill();
    }
    ctx.restore();
  },
});
