import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptAnalyses } from '../../../extension/keptAnalyses.ts';
import { defaultSharpnessOptions, sharpnessRequestOf } from '../../../extension/sharpness.ts';
import { sharpnessCommand } from '../../../extension/sharpnessCommand.ts';
import { sharpnessCsv } from '../../../extension/sharpnessCsv.ts';
import { parseCommandLine } from '../../../worker/cli/commandLine.ts';
import { partialSharpness, sharpnessOptions, wholeSharpness } from '../../fixtures/sharpness.ts';

describe('sharpness of a panel', () => {
  it('is asked for with what was chosen, and at first without the check', () => {
    assert.deepEqual(sharpnessRequestOf('/w/a.pt', { measures: ['sam'], rescaling: true, split: 'test' }), {
      checkpoint: '/w/a.pt',
      measures: ['sam'],
      rescaling: true,
      split: 'test',
    });
    assert.equal(defaultSharpnessOptions.rescaling, false);
  });

  it('is found again as it was, also as far as it came', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-sharpness-'));
    const reports: string[] = [];
    try {
      for (const result of [partialSharpness, wholeSharpness]) {
        const memory = keptAnalyses(folder, message => reports.push(message)).sharpness;
        memory.keep('/w/a.pt', { options: sharpnessOptions, result });
        assert.deepEqual(await memory.read('/w/a.pt'), { options: sharpnessOptions, result });
      }
      assert.deepEqual(reports, []);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('command of a sharpness', () => {
  const words = sharpnessCommand(
    { options: { measures: ['keskar', 'sam'], rescaling: true, split: 'train' }, result: wholeSharpness },
    '/w/a.pt',
  );

  it('spells out all that the numbers depend on', () => {
    assert.equal(
      words.join(' '),
      'basin sharpness /w/a.pt --split train --samples 1024 --seed 0 --device cpu --measures keskar,sam --rescaling ' +
        '--out epoch_022-sharpness.json',
    );
  });

  it('is understood by the command line', () => {
    const command = parseCommandLine([...words.slice(1)]);
    assert.ok('target' in command && command.verb === 'sharpness');
    assert.deepEqual(command.target.measures, ['keskar', 'sam']);
    assert.equal(command.target.rescaling, true);
  });
});

describe('sharpness as comma-separated values', () => {
  const lines = sharpnessCsv(wholeSharpness).trimEnd().split('\n');

  it('has a line for every measure at every α, each as long as the first', () => {
    assert.equal(lines.length, 1 + wholeSharpness.measures.length * 7);
    for (const line of lines) assert.equal(line.split(',').length, lines[0]!.split(',').length, line);
  });

  it('leaves an open end empty, and quotes a reason', () => {
    const [keskar] = wholeSharpness.measures.filter(({ name }) => name === 'keskar');
    const open = { ...keskar!, value: 2, lower: 1.5, upper: null, converged: false, problem: 'a, "b"' };
    const [, line] = sharpnessCsv({ ...wholeSharpness, measures: [open] }).split('\n');
    assert.match(line!, /^keskar,0\.001,,,1,2,1\.5,,false,.*,"a, ""b"""$/);
  });
});
