import assert from 'node:assert/strict';
import { StatusLine } from '../../../worker/cli/statusLine.ts';
import type { SpectrumUpdate } from '../../../worker/results.ts';
import { partialSpectrum, spectrumProgress } from '../../fixtures/spectra.ts';

/** What is written while updates come, to a log or a terminal. */
function written(updates: readonly Partial<SpectrumUpdate>[], isTTY: boolean): string {
  const parts: string[] = [];
  const stream = { isTTY, write: (part: string) => parts.push(part) };
  const line = new StatusLine(stream as unknown as NodeJS.WriteStream);
  for (const update of updates) line.update({ ...spectrumProgress, result: partialSpectrum, ...update });
  return parts.join('');
}

describe('the line about a spectrum', () => {
  const unknown = { secondsPerProduct: null };
  const long = { secondsPerProduct: 2, key: 'a' };
  const cases: readonly [what: string, updates: readonly Partial<SpectrumUpdate>[], expected: string][] = [
    [
      'says once what a long one is likely to need, as soon as that is known',
      [unknown, long, long],
      'about 40 to 110 products: 1 min 20 s to 3 min 40 s, 64 MB of memory, eigenvectors and numbers on disk\n',
    ],
    [
      'says where nothing is kept',
      [{ secondsPerProduct: 2 }],
      'about 40 to 110 products: 1 min 20 s to 3 min 40 s, 64 MB of memory, nothing on disk\n',
    ],
    ['says nothing of a short one', [{ secondsPerProduct: 0.01 }], ''],
    ['says nothing of one that was kept', [{ ...unknown, stage: 'done' }], ''],
  ];
  for (const [what, updates, expected] of cases) {
    it(what, () => assert.equal(written(updates, false), expected));
  }

  it('goes on below on a terminal', () => {
    assert.match(written([long], true), /on disk\n\r\S+eigenpairs: \d+ products, \d+ of \d+ pairs converged/);
  });
});
