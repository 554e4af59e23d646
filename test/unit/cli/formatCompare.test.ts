import assert from 'node:assert/strict';
import { formatCompare } from '../../../worker/cli/formatCompare.ts';
import type { CompareResult } from '../../../worker/results.ts';
import { brokenComparison, partialComparison, wholeComparison } from '../../fixtures/comparisons.ts';
import { volumeOf } from '../../fixtures/runListings.ts';

/** A row of the table that begins with a heading, its cells apart. */
function cellsOf(lines: readonly string[], heading: string, row: string): readonly string[] {
  const start = lines.findIndex(line => line.startsWith(heading));
  const found = lines.slice(start).find(line => line.startsWith(`${row}  `));
  return (found ?? '').split(/ {2,}/);
}

const VALUES = 'measure ';
const DIFFERENCES = 'Differences from';

describe('a comparison in a terminal', () => {
  const rows: readonly (readonly [
    what: string,
    result: CompareResult,
    heading: string,
    row: string,
    cells: readonly string[],
  ])[] = [
    [
      'has a column a checkpoint, named by what tells it apart',
      wholeComparison,
      VALUES,
      'measure',
      ['batch-32/epoch_024.pt', 'batch-1024/epoch_480.pt', 'batch-32/epoch_004.pt'],
    ],
    ['has values with their errors', wholeComparison, VALUES, 'λmax', ['30.0 ± 5.9', '2.39 ± 0.30', '65.0 ± 2.5']],
    [
      'has eigenvalues with their residuals, marked where they have not converged',
      wholeComparison,
      VALUES,
      'λ smallest 1',
      ['-0.1292744 ± 0.0000073', '-0.00108992 ± 0.00000024 ?', '-1.22848 ± 0.00012'],
    ],
    [
      'has signed differences with a verdict',
      wholeComparison,
      DIFFERENCES,
      'train loss',
      ['▼ -0.00593 ± 0.00056 paired', '▲ +0.312 ± 0.013 paired'],
    ],
    [
      'counts accuracies in points',
      wholeComparison,
      DIFFERENCES,
      'test accuracy',
      ['= +0.91 ± 0.47 points paired', '▼ -6.34 ± 0.94 points paired'],
    ],
    ['says where nothing tells', wholeComparison, DIFFERENCES, 'Keskar φ', ['? -1.691', '? +2.2323']],
    ['has gaps for what is not measured yet', partialComparison, VALUES, 'λmax', ['30.0 ± 5.9']],
    [
      'has no column of differences for the baseline',
      { ...wholeComparison, baseline: 1 },
      DIFFERENCES,
      'λmax',
      ['▲ +27.6 ± 5.9', '▲ +62.6 ± 2.6'],
    ],
    ['shows a loss that is none', brokenComparison, VALUES, 'train loss', ['0.00616 ± 0.00057', 'NaN ?']],
  ];
  for (const [what, result, heading, row, cells] of rows) {
    it(what, () => {
      assert.deepEqual(cellsOf(formatCompare(result), heading, row).slice(1), cells);
    });
  }

  const volumes: CompareResult = {
    ...wholeComparison,
    checkpoints: wholeComparison.checkpoints.map((own, index) => ({
      ...own,
      measures: [...own.measures, volumeOf(-8000 - 1000 * index)],
    })),
    differences: wholeComparison.differences.map(row =>
      row.map(cell => [
        ...cell,
        { name: 'log-volume', value: -1000, standardError: null, isPaired: false, verdict: 'unknown' },
      ]),
    ),
  };
  it('shows volumes that are lower bounds as such, and no verdict', () => {
    const lines = formatCompare(volumes);
    assert.deepEqual(cellsOf(lines, VALUES, 'ln volume').slice(1), ['≥ -8000', '≥ -9000', '≥ -10000']);
    assert.deepEqual(cellsOf(lines, DIFFERENCES, 'ln volume').slice(1), ['? -1000', '? -1000']);
    assert.ok(
      lines.includes(
        'ln volume: prior σ = 0.1 as before training (epoch_000.pt), mean KL up to 0.01 nats, 100 directions stretched by leading eigenvectors.',
      ),
    );
    assert.match(lines.join('\n'), /^ln volume ≥ is a lower bound only: /m);
  });

  const sentences: readonly (readonly [what: string, result: CompareResult, said: RegExp])[] = [
    ['names the baseline', { ...wholeComparison, baseline: 1 }, /^Differences from batch-1024\/epoch_480\.pt$/m],
    ['counts what is told at once', wholeComparison, /^\d+ differences are told at once: .* one in twenty/m],
    ['says what two trainings tell', wholeComparison, /^Each checkpoint is one training: /m],
    ['says what is missing', partialComparison, /^3 checkpoints, not all measured$/m],
    ['says why one has no values', brokenComparison, /^runs\/damaged\.pt: no checkpoint\.$/m],
    ['says how the baseline was measured', wholeComparison, /^data +train\.npz#x, train, 1024 examples/m],
    ['warns', brokenComparison, /^Warning: The seeds differ/m],
  ];
  for (const [what, result, said] of sentences) it(what, () => assert.match(formatCompare(result).join('\n'), said));
});
