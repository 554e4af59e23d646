import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GROUPS, SEEDS } from '../../../scripts/batchSize/experiment.ts';
import type { Quantity } from '../../../scripts/batchSize/quantities.ts';
import { halfInterval, overSeeds, pairedDifference } from '../../../scripts/batchSize/statistics.ts';
import { differenceTable, groupTable, spread } from '../../../scripts/batchSize/tables.ts';

const closeTo = (value: number, expected: number): void =>
  assert.ok(Math.abs(value - expected) <= 1e-9 * (1 + Math.abs(expected)), `${value}, not ${expected}`);

describe('what several seeds say', () => {
  const means: [string, number[], number, number][] = [
    ['two', [1, 3], 2, 1],
    ['five', [2, 4, 4, 4, 6], 4, Math.sqrt(8 / 4 / 5)],
    ['alike', [7, 7, 7], 7, 0],
  ];
  for (const [name, values, mean, standardError] of means) {
    it(`takes mean and standard error: ${name}`, () => {
      const found = overSeeds(values);
      closeTo(found.mean, mean);
      closeTo(found.standardError, standardError);
    });
  }

  it('leaves out of a difference what trainings of one seed share', () => {
    const numbers = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(numbers, numbers, numbers, (values, others, shared) => {
        const add = (own: readonly number[]) => own.map((value, seed) => value + shared[seed]!);
        const [plain, both] = [pairedDifference(values, others), pairedDifference(add(values), add(others))];
        closeTo(both.mean, plain.mean);
        closeTo(both.standardError, plain.standardError);
      }),
    );
  });

  it('covers the mean of 95 % of samples, which two standard errors of five do not', () => {
    assert.equal(halfInterval({ mean: 0, standardError: 1 }, 5), 2.776);
    assert.throws(() => halfInterval({ mean: 0, standardError: 1 }, 1), RangeError);
  });
});

describe('the tables of the example', () => {
  const names = GROUPS.map(({ name }) => name);
  const quantity = (of: (group: string, seed: number) => number): Quantity => ({
    title: 'length',
    values: names.map(group => SEEDS.map(seed => of(group, seed))),
    ownError: 0.1234,
  });
  const cells = (lines: readonly string[]): string[] =>
    lines[2]!
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim());

  it('show a group’s mean with the error that its seeds leave, and a checkpoint’s own', () => {
    const lines = groupTable([quantity((group, seed) => 10 * names.indexOf(group) + seed)]);
    assert.deepEqual(cells(lines), [
      'length',
      ...['3.00 ± 0.71', '13.00 ± 0.71', '23.00 ± 0.71', '33.00 ± 0.71'],
      '± 0.12',
    ]);
    assert.ok(lines.every(line => line.split('|').length === names.length + 4));
  });

  it('show the middle of the seeds between the least and the largest', () => {
    assert.equal(spread([0.00108, 0.0922, 0.00222, 0.00296, 0.00208]), '0.0022 (0.0011 … 0.092)');
  });

  it('mark the differences that the seeds tell from none', () => {
    const noise = [0.5, 0, 0.25, -0.25, 0.75];
    const isLarge = (group: string) => group.startsWith('large');
    const lines = differenceTable([
      quantity((group, seed) => (isLarge(group) ? 2 : 0) + (group.endsWith('decay') ? noise[seed - 1]! : 0)),
    ]);
    const half = halfInterval(overSeeds(noise), SEEDS.length).toFixed(2);
    assert.deepEqual(cells(lines), ['length', '**2 ± 0**', '**2 ± 0**', `0.25 ± ${half}`, `0.25 ± ${half}`]);
  });
});
