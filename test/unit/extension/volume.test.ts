import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Analysis, type Kept } from '../../../extension/analysis.ts';
import type { Engine } from '../../../extension/engine.ts';
import { keptAnalyses } from '../../../extension/keptAnalyses.ts';
import { defaultVolumeOptions, volumeKind, volumeRequestOf } from '../../../extension/volume.ts';
import { volumeCommand } from '../../../extension/volumeCommand.ts';
import { volumeCsv } from '../../../extension/volumeCsv.ts';
import { volumeEstimate } from '../../../extension/volumeEstimate.ts';
import type { VolumeOptions } from '../../../webview/messages.ts';
import { parseCommandLine } from '../../../worker/cli/commandLine.ts';
import type { VolumeRequest } from '../../../worker/protocol.ts';
import {
  estimatedVolume,
  partialVolume,
  refusedFunction,
  volumeOptions,
  volumeProgress,
  wholeVolume,
} from '../../fixtures/volumes.ts';

const local: VolumeOptions = { ...defaultVolumeOptions, volumes: ['local'] };

describe('volumes of a panel', () => {
  it('are asked for with what was chosen, and without what was left to the checkpoint', () => {
    const { basin: _, sigma: __, positive: ___, ...rest } = volumeOptions;
    assert.deepEqual(volumeRequestOf('/w/a.pt', volumeOptions), { checkpoint: '/w/a.pt', ...rest });
    const chosen = { ...volumeOptions, basin: 'loss', sigma: 0.4, positive: [5, 6] } as const;
    assert.deepEqual(volumeRequestOf('/w/a.pt', chosen), { checkpoint: '/w/a.pt', ...chosen });
  });

  it('are at first of the basin alone, since not every network has classes', () => {
    assert.deepEqual(defaultVolumeOptions.volumes, ['local']);
  });

  it('are found again as they were, also as far as they came', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basin-volume-'));
    const reports: string[] = [];
    try {
      for (const result of [partialVolume, wholeVolume, refusedFunction, estimatedVolume]) {
        const memory = keptAnalyses(folder, message => reports.push(message)).volume;
        const kept: Kept<'volume'> = { options: { ...volumeOptions, sigma: 0.4, positive: [1] }, result };
        memory.keep('/w/a.pt', kept);
        assert.deepEqual(await memory.read('/w/a.pt'), kept);
      }
      assert.deepEqual(reports, []);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  const analysis = (engine: Pick<Engine, 'volume'>): Analysis<'volume'> =>
    new Analysis({
      kind: volumeKind,
      checkpoint: '/w/a.pt',
      engine: engine as Engine,
      log: () => {},
      onChange: () => {},
    });

  it('say after a reload that an interrupted one goes on, and compute nothing by themselves', () => {
    const restored = analysis({ volume: () => assert.fail('nothing was asked for') });
    restored.restore({ options: volumeOptions, result: partialVolume }, undefined);
    assert.deepEqual(restored.state, {
      phase: 'cancelled',
      message: 'This volume was interrupted; what was found is shown, and computing goes on from there.',
      options: volumeOptions,
      result: partialVolume,
    });
  });

  it('are kept and shown as they grow', async () => {
    const asked: VolumeRequest[] = [];
    const own = analysis({
      volume: async (request, onPartial) => {
        asked.push(request);
        onPartial({ result: partialVolume, ...volumeProgress });
        assert.deepEqual(own.state, {
          phase: 'computing',
          options: local,
          result: partialVolume,
          progress: volumeProgress,
        });
        return wholeVolume;
      },
    });
    await own.compute(local);
    assert.deepEqual(asked, [volumeRequestOf('/w/a.pt', local)]);
    assert.deepEqual(own.state, { phase: 'done', options: local, result: wholeVolume });
  });
});

describe('command of volumes', () => {
  const line = (kept: Kept<'volume'>): string => volumeCommand(kept, '/w/a.pt').join(' ');
  const target = 'basin volume /w/a.pt --split train --samples 1024 --seed 0 --device cpu';

  it('spells out all that the numbers depend on, the prior that was found included', () => {
    assert.equal(
      line({ options: volumeOptions, result: wholeVolume }),
      `${target} --volumes local,function --directions 60 --basin kl --cutoff 0.01 --preconditioner eigenvectors ` +
        '--sigma 0.09091341141125794 --sensitivity --initializations 300 --points 100 --out step_00960-volume.json',
    );
  });

  it('leaves out what belongs to a volume that was not asked for', () => {
    assert.equal(
      line({
        options: { ...volumeOptions, volumes: ['function'], positive: [5, 6] },
        result: { ...estimatedVolume, local: null },
      }),
      `${target} --volumes function --initializations 300 --points 100 --positive 5,6 --out step_00960-volume.json`,
    );
    assert.equal(
      line({ options: local, result: { ...wholeVolume, local: null } }),
      `${target} --volumes local --directions 100 --cutoff 0.01 --preconditioner eigenvectors --out step_00960-volume.json`,
    );
  });

  it('is understood by the command line as the request it was', () => {
    const options: VolumeOptions = { ...volumeOptions, basin: 'kl', sigma: 0.4, positive: [5, 6] };
    const kept = {
      options,
      result: { ...wholeVolume, local: { ...wholeVolume.local!, prior: { sigma: 0.4, from: 'request' } } },
    } as const;
    const command = parseCommandLine(volumeCommand(kept, '/w/a.pt').slice(1));
    assert.ok('target' in command && command.verb === 'volume');
    const { samples, seed, device, ...rest } = command.target;
    assert.deepEqual([samples, seed, device], [1024, 0, 'cpu']);
    assert.deepEqual(rest, volumeRequestOf('/w/a.pt', options));
  });
});

describe('volumes as comma-separated values', () => {
  const rows = (...args: Parameters<typeof volumeCsv>): string[] =>
    volumeCsv(...args)
      .trimEnd()
      .split('\n');

  it('have a line for every number, each as long as the first, and for every direction', () => {
    const lines = rows(wholeVolume);
    const [heading] = lines;
    assert.equal(heading, 'quantity,index,at,value,error,lower,upper,detail');
    for (const line of lines.filter(own => !own.includes('"'))) assert.equal(line.split(',').length, 8, line);
    assert.equal(lines.filter(line => line.startsWith('ln_mass,')).length, 60);
    const { logMasses, radii } = wholeVolume.local!;
    assert.ok(lines.includes(`ln_mass,1,${radii[0]},${logMasses[0]},,,,`));
    assert.equal(lines.filter(line => line.startsWith('ln_volume_at_cutoff,')).length, 3);
    assert.equal(lines.filter(line => line.startsWith('ln_probability_part,')).length, 10);
  });

  it('leave an open upper end empty, and quote why there is no number', () => {
    const { value, lower } = wholeVolume.local!.logVolume;
    const lines = rows(refusedFunction);
    assert.equal(lines[1], `ln_volume,,0.01,${value},,${lower},,"lower bound, kl"`);
    assert.match(lines.at(-1)!, /^problem,,,,,,,"A function’s volume is about the classes it predicts, and with/);
    assert.ok(!lines.some(line => line.startsWith('ln_probability')));
    assert.match(rows(estimatedVolume)[1]!, /^ln_volume,,0\.01,-2380\.7,,-2381\.1,-2380\.3,"estimate, kl"$/);
  });

  it('say of a direction without an end that its radius is infinite', () => {
    assert.match(rows(partialVolume).find(line => line.startsWith('ln_mass,12,'))!, /^ln_mass,12,Infinity,-\d/);
  });
});

describe('the estimate of volumes', () => {
  const pass = { seconds: 0.01, samples: 1000, parameters: 2410 };

  it('counts passes and products before anything was measured, and no seconds', () => {
    assert.deepEqual(volumeEstimate(local, {}).local, {
      passes: { least: 512, most: 662 },
      products: { least: 79, most: 164 },
      seconds: null,
    });
  });

  it('takes the time of a pass from the landscape', () => {
    const { seconds } = volumeEstimate({ ...local, preconditioner: 'none' }, { pass }).local!;
    assert.deepEqual(seconds, { least: 5.12, most: 6.62 });
  });

  it('takes the time of a product from the spectrum where it was computed, else from passes', () => {
    const most = (costs: Parameters<typeof volumeEstimate>[1]): number =>
      volumeEstimate(local, costs).local!.seconds!.most;
    assert.ok(Math.abs(most({ pass }) - (6.62 + 164 * 12 * 0.01)) < 1e-9);
    assert.ok(Math.abs(most({ pass, secondsPerProduct: 0.05 }) - (6.62 + 164 * 0.05)) < 1e-9);
  });

  it('counts the problems of two classes where they are known', () => {
    const options: VolumeOptions = { ...volumeOptions, volumes: ['function'], initializations: 500, points: 200 };
    const groups = (changed: Partial<VolumeOptions>, volume = wholeVolume): number | null =>
      volumeEstimate({ ...options, ...changed }, { volume }).function!.groups;
    assert.equal(groups({}), 10);
    assert.equal(groups({ positive: [1] }), 1);
    assert.equal(groups({}, refusedFunction), null);
    assert.equal(groups({}, estimatedVolume), null);
    // 500 networks on a fifth of the landscape's examples.
    assert.equal(volumeEstimate(options, { pass }).function!.drawSeconds, 1);
    assert.equal(volumeEstimate(options, {}).local, null);
  });
});
