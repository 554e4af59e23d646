import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convexityCommand, convexityCsv, convexityRequestOf } from '../../../extension/convexity.ts';
import { keptAnalyses } from '../../../extension/keptAnalyses.ts';
import type { PlaneOptions } from '../../../webview/messages.ts';
import { parseCommandLine } from '../../../worker/cli/commandLine.ts';
import { convexityOptions, partialConvexity, roughConvexity, wholeConvexity } from '../../fixtures/convexity.ts';

const planes: readonly [plane: PlaneOptions, words: RegExp][] = [
  [convexityOptions.plane, / --perturb weights --out /],
  [{ kind: 'eigen' }, / --plane eigen --out /],
  [{ kind: 'file', file: '/w/d.npz' }, / --plane \/w\/d\.npz --out /],
];

describe('convexity map of a panel', () => {
  for (const [plane, expected] of planes) {
    it(`is asked for in the plane that was chosen, and copied as a line that asks for the same: ${plane.kind}`, () => {
      const options = { ...convexityOptions, plane };
      const request = convexityRequestOf('/w/a.pt', options);
      const words = convexityCommand({ options, result: wholeConvexity }, '/w/a.pt');
      assert.match(words.join(' '), /^basin convexity \/w\/a\.pt --split train .* --grid 11x11 --range 1 /);
      assert.match(words.join(' '), expected);
      const command = parseCommandLine([...words.slice(1)]);
      assert.ok('target' in command && command.verb === 'convexity');
      const { plane: asked = 'random', grid, range, split } = command.target;
      assert.deepEqual(
        { plane: asked, grid, range, split },
        {
          plane: request.plane,
          grid: request.grid,
          range: request.range,
          split: request.split,
        },
      );
    });
  }

  it('is found again as it was, unless its tables do not fit its grid', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-convexity-'));
    const reports: string[] = [];
    const memory = keptAnalyses(folder, message => reports.push(message)).convexity;
    try {
      for (const result of [partialConvexity, roughConvexity]) {
        memory.keep('/w/a.pt', { options: convexityOptions, result });
        assert.deepEqual(await memory.read('/w/a.pt'), { options: convexityOptions, result });
      }
      await memory.settled();
      const [name] = await readdir(join(folder, 'convexity'));
      const broken = { ...wholeConvexity, ratio: wholeConvexity.ratio.slice(1) };
      await writeFile(
        join(folder, 'convexity', name!),
        JSON.stringify({ version: 1, options: convexityOptions, result: broken }),
      );
      assert.equal(await memory.read('/w/a.pt'), null);
      assert.match(reports.join('\n'), /"result\.ratio" is not a list of 9/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('convexity map as comma-separated values', () => {
  const lines = convexityCsv(roughConvexity).trimEnd().split('\n');
  it('has a line for every cell that was computed, each as long as the first', () => {
    assert.equal(lines.length, 82);
    assert.equal(convexityCsv(partialConvexity).trimEnd().split('\n').length, 10);
    for (const line of lines) assert.equal(line.split(',').length, lines[0]!.split(',').length, line);
  });
  it('says what has not converged, and what is not finite', () => {
    assert.match(lines[9]!, /^1,-1,[\d.]+,[\d.]+,[\d.e-]+,false,-[\d.]+,[\d.e-]+,false$/);
    assert.ok(lines.includes('-1,1,NaN,,,,,,'));
  });
});
