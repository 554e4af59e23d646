/** A run's charts as they go into a paper: dark on white, with a caption that says what they show. */
import { chartShapes } from '../charts/chartShapes.ts';
import { plotStyle } from '../charts/plotStyle.ts';
import { captioned, measureOnPaper, PAPER_WIDTH, paperTheme, shifted } from '../picture/paper.ts';
import type { Picture, Shape } from '../picture/shapes.ts';
import { runChart } from './chart.ts';
import { colorOf, markOf, markOutline } from './marks.ts';
import { runCaption } from './view/caption.ts';
import { marksText } from './view/legend.ts';
import { shortNames } from './view/runs.ts';
import type { ChartView, PlacedRun, RunCharts } from './view/series.ts';
import type { RunView } from './view/settings.ts';

/** CSS pixels of one chart and of what lies between two. */
const COLUMNS = 2;
const GAP = 14;
const TITLE = 16;
const HEIGHT = 150;
const LEGEND = 18;
const TICKS = 4;
const WIDTH = (PAPER_WIDTH - (COLUMNS - 1) * GAP) / COLUMNS;

const style = plotStyle(
  { ...paperTheme, foreground: 'rgb(0, 0, 0)', background: 'rgb(255, 255, 255)' },
  color => color,
);

/** Null where no value is known. */
export function runPaper({ axis, runs, charts }: RunCharts, view: RunView): Picture | null {
  if (charts.length === 0) return null;
  const names = shortNames(runs);
  const legend = names.size > 0 ? legendShapes(runs, names) : [];
  const top = legend.length > 0 ? LEGEND : 0;
  const drawn = charts.flatMap((chart, i): Shape[] => {
    const left = (i % COLUMNS) * (WIDTH + GAP);
    const above = top + Math.floor(i / COLUMNS) * (TITLE + HEIGHT + GAP);
    const shapes = chartShapes(runChart(chart, axis, style, paperTheme.series, TICKS), WIDTH, HEIGHT);
    const box = { left, top: above + TITLE, width: WIDTH, height: HEIGHT };
    return [
      text(titleOf(chart), left, above + TITLE - 3, 0.92),
      { kind: 'clip', box, shapes: shapes.map(shape => shifted(shape, left, above + TITLE)) },
    ];
  });
  const rows = Math.ceil(charts.length / COLUMNS);
  const height = top + rows * (TITLE + HEIGHT + GAP) - GAP;
  const marks = marksText(charts, view.smoothing);
  const caption = [
    `Measures against the ${axis.title.replace(/, log$/, '')}. ${marks === '' ? '' : `${marks.charAt(0).toUpperCase()}${marks.slice(1)}.`}`,
    ...runs.map(runCaption),
  ];
  return captioned(caption.join(' ').replaceAll(/ +/g, ' ').trim(), [...legend, ...drawn], height);
}

/** Which of two measures is dashed. */
function titleOf({ group, series }: ChartView): string {
  const [first, second] = group.measures.map(({ name, label }) =>
    series.some(({ measure }) => measure === name) ? label : undefined,
  );
  return first !== undefined && second !== undefined ? `${group.title}: ${first}, ${second} (dashed)` : group.title;
}

const text = (words: string, x: number, y: number, scale: number): Shape => ({
  kind: 'text',
  text: words,
  x,
  y,
  scale,
  color: paperTheme.foreground,
  align: 'left',
  baseline: 'bottom',
});

/** A line a run, one after the other. */
function legendShapes(runs: readonly PlacedRun[], names: ReadonlyMap<string, string>): Shape[] {
  let left = 0;
  return runs.flatMap(({ label, style: own }): Shape[] => {
    const name = names.get(label) ?? label;
    const color = colorOf(own, paperTheme.series);
    const at = left;
    left += 30 + measureOnPaper(name, 0.92) + 16;
    return [
      {
        kind: 'paths',
        paths: [
          [
            [at, 6],
            [at + 24, 6],
          ],
        ],
        stroke: { color, width: 1.5 },
      },
      { kind: 'areas', paths: [markOutline(markOf(own), at + 12, 6, 3.5)], fill: color },
      text(name, at + 30, 12, 0.92),
    ];
  });
}
