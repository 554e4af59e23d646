import assert from 'node:assert/strict';
import { type CommandLine, parseCommandLine } from '../../../worker/cli/commandLine.ts';
import { formatDuration } from '../../../worker/cli/progressBar.ts';

describe('the command line', () => {
  const understood: readonly (readonly [string, Partial<CommandLine>])[] = [
    ['inspect a.pt', { verb: 'inspect', target: { checkpoint: 'a.pt' }, json: false, out: null }],
    [
      'loss a.pt --split test --samples 10 --seed 0 --threads 2 --memory 0.5 --project p --json --out o.json',
      {
        verb: 'loss',
        target: {
          checkpoint: 'a.pt',
          split: 'test',
          samples: 10,
          seed: 0,
          threads: 2,
          memoryBytes: 2 ** 29,
          project: 'p',
        },
        json: true,
        out: 'o.json',
      },
    ],
    [
      'surface a.pt --grid 51x31 --range .5 --plane d.npz --perturb all',
      {
        verb: 'surface',
        target: { checkpoint: 'a.pt', grid: { columns: 51, rows: 31 }, range: 0.5, plane: 'd.npz', perturb: 'all' },
      },
    ],
    ['surface a.pt --budget 60', { target: { checkpoint: 'a.pt', budgetSeconds: 60 } }],
    ['loss a.pt --device webgpu --engine auto', { target: { checkpoint: 'a.pt', device: 'webgpu', engine: 'auto' } }],
    ['devices --json', { verb: 'devices', json: true, out: null }],
    ['surface a.pt --grid 7', { target: { checkpoint: 'a.pt', grid: { columns: 7, rows: 7 } } }],
  ];
  for (const [words, expected] of understood) {
    it(words, () => {
      const command = parseCommandLine(words.split(' '));
      assert.deepEqual({ ...command, ...expected }, command);
    });
  }

  const refused: readonly (readonly [string, RegExp])[] = [
    ['draw a.pt', /no verb "draw"; use one of inspect, loss, surface/],
    ['loss', /needs a checkpoint/],
    ['loss a.pt b.pt', /"b.pt" is one too many/],
    ['loss a.pt --grid 5', /takes no --grid/],
    ['loss a.pt --colour red', /--colour/],
    ['loss a.pt --split validation', /--split validation is none of train, test/],
    ['loss a.pt --samples 0', /--samples 0 is no whole number of 1 or more/],
    ['loss a.pt --samples 1e3x', /--samples 1e3x/],
    ['loss a.pt --seed -1', /--seed/],
    ['loss a.pt --memory -1', /--memory/],
    ['loss a.pt --device gpu', /--device gpu is none of auto, cpu, webgpu, cuda, dml, coreml/],
    ['loss a.pt --engine tfjs', /--engine tfjs is none of auto, onnxruntime/],
    ['devices a.pt', /takes no checkpoint; leave "a.pt" out/],
    ['devices --seed 1', /basin devices takes no --seed/],
    ['surface a.pt --grid 5x', /--grid 5x is no size/],
    ['surface a.pt --budget 0', /--budget 0 is no number above 0/],
    ['surface a.pt --budget 60 --grid 5', /both choose the grid/],
    ['surface a.pt --range 0', /--range 0 is no number above 0/],
  ];
  for (const [words, message] of refused) {
    it(`refuses ${words}`, () => {
      assert.throws(() => parseCommandLine(words.split(' ')), { kind: 'usage', message });
    });
  }

  it('prints help and version', () => {
    assert.match((parseCommandLine([]) as { text: string }).text, /Usage: basin/);
    assert.match((parseCommandLine(['--version']) as { text: string }).text, /^\d+\.\d+\.\d+\n$/);
  });

  it('writes durations as people say them', () => {
    assert.deepEqual([0.25, 42, 200, 7500].map(formatDuration), ['0.3 s', '42 s', '3 min 20 s', '2 h 5 min']);
  });
});
