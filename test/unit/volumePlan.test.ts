import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { VolumeResult } from '../../worker/results.ts';
import { evidenceSeconds, type LocalWork, localWork } from '../../worker/volumePlan.ts';

describe('what a volume is likely to take', () => {
  const none = { least: 0, most: 0 };
  const cases: readonly [what: string, work: LocalWork, expected: LocalWork][] = [
    [
      'unless somebody says',
      localWork({}, 2410),
      { passes: { least: 512, most: 662 }, products: { least: 79, most: 164 } },
    ],
    [
      'at three cutoffs, of nothing stretched',
      localWork({ directions: 30, sensitivity: true, preconditioner: 'none' }, 2410),
      { passes: { least: 486, most: 621 }, products: none },
    ],
    [
      'of a diagonal',
      localWork({ directions: 2, preconditioner: 'diagonal' }, 2410),
      { passes: { least: 22, most: 25 }, products: { least: 30, most: 30 } },
    ],
    [
      'in few dimensions',
      localWork({ directions: 2 }, 10),
      { passes: { least: 22, most: 25 }, products: { least: 14, most: 14 } },
    ],
  ];
  for (const [what, work, expected] of cases) it(`is said ${what}`, () => assert.deepEqual(work, expected));

  it('holds for a network that was measured', () => {
    const { local, provenance } = JSON.parse(
      readFileSync(new URL('../fixtures/digits-volume.json', import.meta.url), 'utf8'),
    ) as VolumeResult;
    const { directions, evaluations, preconditioner } = local!;
    const { passes } = localWork({ directions, preconditioner, sensitivity: true }, provenance.parameters.count);
    assert.ok(passes.least <= evaluations && evaluations <= passes.most, `${evaluations} passes`);
  });

  it('grows as the third power of the points, and holds for 110 s for ten classes on 500', () => {
    assert.ok(Math.abs(evidenceSeconds(200).most / evidenceSeconds(100).most - 8) < 1e-9);
    const { least, most } = evidenceSeconds(500);
    assert.ok(10 * least < 110 && 110 < 10 * most, `${least} to ${most} s a class`);
  });
});
