import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operatorsPage } from '../../../scripts/operatorsPage.ts';

describe('docs/operators.md', () => {
  it('is what npm run docs writes', function () {
    // What an operator is written with is found from the cases that the first seeds draw.
    if (process.env.BASIN_SEED) return this.skip();
    const page = readFileSync(join(import.meta.dirname, '../../../docs/operators.md'), 'utf8');
    assert.equal(page, operatorsPage(), 'run npm run docs');
  });
});
