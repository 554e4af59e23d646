/** How a run's checkpoints are marked in a chart: runs by colour and mark, and what is special about a value by its form. */
import type { Plugin } from 'chart.js';
import type { GapCause } from './view/series.ts';

export type Mark = 'circle' | 'rect' | 'triangle' | 'rectRot';

const marks: readonly Mark[] = ['circle', 'rect', 'triangle', 'rectRot'];

/** The mark of a run; with the colours, which are of another number, a dozen runs can be told apart. */
export const markOf = (style: number): Mark => marks[style % marks.length]!;

export const colorOf = (style: number, colors: readonly string[]): string => colors[style % colors.length] ?? '#000';

/** Corners of a circle that is a few pixels wide. */
const CORNERS = 16;

/** The outline of a mark about a centre; `radius` as Chart.js takes it. */
export function markOutline(mark: Mark, x: number, y: number, radius: number): readonly (readonly [number, number])[] {
  const corners = (count: number, first: number, size: number): (readonly [number, number])[] =>
    Array.from({ length: count }, (_, i) => {
      const angle = first + (2 * Math.PI * i) / count;
      return [x + size * Math.cos(angle), y + size * Math.sin(angle)];
    });
  switch (mark) {
    case 'circle':
      return corners(CORNERS, 0, radius);
    case 'rect':
      return corners(4, Math.PI / 4, radius);
    case 'triangle':
      return corners(3, -Math.PI / 2, radius);
    case 'rectRot':
      return corners(4, 0, radius);
  }
}

/** Dashes of the second line of a chart. */
export const SECOND_DASH: readonly number[] = [5, 3];

/** An end of an interval that is open: the value may lie anywhere beyond. */
export interface OpenEnd {
  readonly x: number;
  readonly y: number;
  readonly direction: 'up' | 'down';
  readonly color: string;
}

/** Draws an arrow at each open end. */
export const openEnds = (ends: readonly OpenEnd[]): Plugin => ({
  id: 'openEnds',
  afterDatasetsDraw({ ctx, chartArea: { top, bottom }, scales: { x: across, y: up } }) {
    if (across === undefined || up === undefined) return;
    ctx.save();
    ctx.lineWidth = 1;
    for (const { x, y, direction, color } of ends) {
      const sign = direction === 'up' ? -1 : 1;
      const [at, from] = [across.getPixelForValue(x), up.getPixelForValue(y)];
      const tip = Math.min(bottom, Math.max(top, from + sign * 11));
      ctx.strokeStyle = color;
      ctx.beginPath();
      ctx.moveTo(at, from);
      ctx.lineTo(at, tip);
      ctx.moveTo(at - 2.5, tip - sign * 3);
      ctx.lineTo(at, tip);
      ctx.lineTo(at + 2.5, tip - sign * 3);
      ctx.stroke();
    }
    ctx.restore();
  },
});

/** A checkpoint without a value. */
export interface GapMark {
  readonly x: number;
  readonly cause: GapCause;
  readonly color: string;
}

const GAP = 3;

/**
 * Marks at the chart's foot what has no value: a tick, a cross where it failed or is not finite, a ring where it is
 * incomplete, a diamond where other settings were measured.
 */
export const gapMarks = (gaps: readonly GapMark[]): Plugin => ({
  id: 'gapMarks',
  afterDatasetsDraw({ ctx, chartArea: { bottom }, scales: { x: across } }) {
    if (across === undefined) return;
    const y = bottom - 6;
    ctx.save();
    ctx.lineWidth = 1;
    for (const { x, cause, color } of gaps) {
      const at = across.getPixelForValue(x);
      ctx.strokeStyle = color;
      ctx.beginPath();
      switch (cause) {
        case 'unmeasured':
          ctx.moveTo(at, y - GAP);
          ctx.lineTo(at, y + GAP);
          break;
        case 'stale':
          ctx.moveTo(at, y - GAP - 1);
          ctx.lineTo(at + GAP, y);
          ctx.lineTo(at, y + GAP + 1);
          ctx.lineTo(at - GAP, y);
          ctx.closePath();
          break;
        case 'incomplete':
          ctx.arc(at, y, GAP, 0, 2 * Math.PI);
          break;
        case 'failed':
        case 'not finite':
          ctx.moveTo(at - GAP, y - GAP);
          ctx.lineTo(at + GAP, y + GAP);
          ctx.moveTo(at - GAP, y + GAP);
          ctx.lineTo(at + GAP, y - GAP);
          break;
      }
      ctx.stroke();
    }
    ctx.restore();
  },
});
