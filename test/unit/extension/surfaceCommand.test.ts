import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { commandLineOf, shellOf, stem, surfaceCommand } from '../../../extension/surfaceCommand.ts';
import { boxOf, coordinates, scaledBox } from '../../../worker/analysis/grid.ts';
import type { SurfaceResult } from '../../../worker/results.ts';
import { surface } from '../../fixtures/panelStates.ts';
import { throughThree, trajectory } from '../../fixtures/trajectories.ts';

const whole = surface('coarse');
const words = (changes: Partial<SurfaceResult>, plane?: string): string =>
  surfaceCommand({ ...whole, ...changes }, { checkpoint: '/w/a b.pt', ...(plane !== undefined && { plane }) }).join(
    ' ',
  );
const { provenance, plane } = whole;

describe('command of a surface', () => {
  it('spells out all that the numbers depend on', () => {
    assert.equal(
      words({}),
      'basin surface /w/a b.pt --split train --samples 1024 --seed 0 --device cpu --grid 11x6 --range 1 ' +
        '--perturb weights --out epoch_024.basin.json',
    );
  });

  const cases: readonly [what: string, changes: Partial<SurfaceResult>, pattern: RegExp][] = [
    ['the number of planes', { otherPlanes: [whole, whole] }, / --planes 3 /],
    [
      'the parameters that vary',
      { provenance: { ...provenance, parameters: { count: 1, include: ['a.*', '-b'], exclude: [] } } },
      / --parameters a\.\* --parameters=-b /,
    ],
    ['the smaller of two ranges', { x: [0], y: [-0.5, 0.5] }, / --grid 1x2 --range 0\.5 /],
    ['a device', { provenance: { ...provenance, device: 'webgpu' } }, / --device webgpu /],
  ];
  for (const [what, changes, pattern] of cases) it(`has ${what}`, () => assert.match(words(changes), pattern));

  it('leaves to basin.json what only that can say, and out what there is not', () => {
    const filtered = { count: 1, include: ['a.*'], exclude: ['a.b'] };
    assert.doesNotMatch(words({ provenance: { ...provenance, parameters: filtered } }), /--parameters/);
    const { data: _, ...withoutData } = provenance;
    assert.doesNotMatch(words({ provenance: withoutData }), /--(split|samples)/);
    assert.doesNotMatch(words({ x: [0], y: [0] }), /--range/);
  });

  it('takes the directions of a file from where it is', () => {
    const file = { ...plane, kind: 'file', file: 'd.npz' } as const;
    assert.match(words({ plane: file }, '/w/d.npz'), / --plane \/w\/d\.npz /);
    assert.match(words({ plane: file }), / --plane d\.npz /);
    assert.doesNotMatch(words({ plane: file }), /--(perturb|planes)/);
  });

  it('asks for the leading eigenvectors by their name', () => {
    const eigen = words({ plane: { ...plane, kind: 'eigen', normalization: 'curvature', perturb: 'all' } });
    assert.match(eigen, / --plane eigen /);
    assert.doesNotMatch(eigen, /--perturb/);
  });

  it('asks for planes made of checkpoints by their kind and their files', () => {
    assert.match(surfaceCommand(trajectory, { checkpoint: 'a.pt' }).join(' '), / --plane pca /);
    assert.match(
      surfaceCommand(throughThree, { checkpoint: 'a.pt' }).join(' '),
      / --plane three:runs\/batch-1024\/epoch_024\.pt,runs\/decay\/epoch_024\.pt /,
    );
    assert.match(
      surfaceCommand(throughThree, { checkpoint: 'a.pt', through: ['/w/b.pt', '/w/c.pt'] }).join(' '),
      / --plane three:\/w\/b\.pt,\/w\/c\.pt /,
    );
  });

  it('spans the box of the checkpoints as often as the grid does', () => {
    const spanned = (factor: number, [columns, rows] = [5, 3]): SurfaceResult => {
      const { x, y } = scaledBox(boxOf(trajectory.path!), factor);
      return {
        ...trajectory,
        x: coordinates(columns!, x.half, x.middle),
        y: coordinates(rows!, y.half, y.middle),
      };
    };
    for (const factor of [1, 0.1, 1.7]) {
      assert.match(
        surfaceCommand(spanned(factor), { checkpoint: 'a.pt' }).join(' '),
        new RegExp(` --range ${factor} `),
      );
    }
    assert.match(surfaceCommand(spanned(2, [1, 3]), { checkpoint: 'a.pt' }).join(' '), / --range 2 /);
    assert.doesNotMatch(surfaceCommand(spanned(2, [1, 1]), { checkpoint: 'a.pt' }).join(' '), /--range/);
    assert.match(
      surfaceCommand(throughThree, { checkpoint: 'a.pt', through: ['b,1.pt', 'c.pt'] }).join(' '),
      / --plane three:b\\,1\.pt,c\.pt /,
    );
  });

  it('asks for the recomputed statistics', () => {
    const mode = { batchNorm: 'recomputed', dropout: 'off' } as const;
    assert.match(words({ provenance: { ...provenance, mode } }), / --statistics recomputed /);
    assert.doesNotMatch(words({}), /--statistics/);
  });

  it('never begins a file with a dash', () => {
    assert.deepEqual(surfaceCommand(whole, { checkpoint: '-x.pt' }).slice(0, 3), ['basin', 'surface', './-x.pt']);
  });
});

describe('name of a checkpoint', () => {
  for (const [path, expected] of [
    ['runs/a.pt', 'a'],
    ['C:\\runs\\epoch.1.ckpt', 'epoch.1'],
    ['a', 'a'],
  ] as const) {
    it(path, () => assert.equal(stem(path), expected));
  }
});

describe('line for a shell', () => {
  const posix: readonly [word: string, quoted: string][] = [
    ['runs/a.pt', 'runs/a.pt'],
    ['a b', "'a b'"],
    ["it's", "'it'\\''s'"],
    ['$HOME', "'$HOME'"],
    ['', "''"],
    ['~/a', "'~/a'"],
    ['layer.*', "'layer.*'"],
    ['Größe', "'Größe'"],
  ];
  for (const [word, quoted] of posix) {
    it(`of POSIX: ${word}`, () => assert.equal(commandLineOf([word], 'posix'), quoted));
  }

  it('of POSIX is taken apart into the same words by a real one', function () {
    if (process.platform === 'win32') this.skip();
    const word = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme-ascii' }));
    const safe = word.filter(text => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(safe, { minLength: 1, maxLength: 8 }), list => {
        const line = `printf '%s\\0' ${commandLineOf(list, 'posix')}`;
        assert.equal(execFileSync('sh', ['-c', line], { encoding: 'utf8' }), list.map(one => `${one}\0`).join(''));
      }),
      { numRuns: 50 },
    );
  });

  const powershell: readonly [word: string, quoted: string][] = [
    ['C:\\runs\\a.pt', 'C:\\runs\\a.pt'],
    ['C:\\my runs\\a.pt', "'C:\\my runs\\a.pt'"],
    ["it's", "'it''s'"],
    ['it’s', "'it’’s'"],
    ['$env:HOME', "'$env:HOME'"],
    ['a,b', "'a,b'"],
    ['@a', "'@a'"],
    ['', "''"],
  ];
  for (const [word, quoted] of powershell) {
    it(`of PowerShell: ${word}`, () => assert.equal(commandLineOf([word], 'powershell'), quoted));
  }

  for (const [program, expected] of [
    ['/bin/bash', 'posix'],
    ['/usr/bin/zsh', 'posix'],
    ['', 'posix'],
    ['/usr/bin/pwsh', 'powershell'],
    ['C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', 'powershell'],
    ['C:\\Program Files\\Git\\bin\\bash.exe', 'posix'],
  ] as const) {
    it(`is for ${expected} in ${program}`, () => assert.equal(shellOf(program), expected));
  }
});
