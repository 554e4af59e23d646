import assert from 'node:assert/strict';
import { type CommandLine, parseCommandLine } from '../../../worker/cli/commandLine.ts';
import { formatDuration } from '../../../worker/cli/progressBar.ts';

describe('the command line', () => {
  const understood: readonly (readonly [string, Partial<CommandLine>])[] = [
    ['inspect a.pt', { verb: 'inspect', target: { checkpoint: 'a.pt' }, json: false, out: null, csv: null }],
    ['run runs/a --csv -', { verb: 'run', target: { folder: 'runs/a' }, csv: '-' }],
    ['run runs/a --csv a.csv --json', { target: { folder: 'runs/a' }, json: true, csv: 'a.csv' }],
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
    [
      'surface a.pt --planes 3 --seed 5 --store kept',
      { target: { checkpoint: 'a.pt', seed: 5, planes: 3, store: 'kept' } },
    ],
    ['loss a.pt --statistics recomputed', { target: { checkpoint: 'a.pt', statistics: 'recomputed' } }],
    ['surface a.pt --normalized-to b.pt', { target: { checkpoint: 'a.pt', normalizedTo: 'b.pt' } }],
    ['surface a.pt --statistics held', { target: { checkpoint: 'a.pt', statistics: 'held' } }],
    ['surface a.pt --plane pca', { target: { checkpoint: 'a.pt', plane: 'pca' } }],
    [
      'surface a.pt --plane three:b.pt,../c.pt',
      { target: { checkpoint: 'a.pt', plane: 'three', through: ['b.pt', '../c.pt'] } },
    ],
    [
      'surface a.pt --plane three:b\\,1.pt,c:\\d.pt',
      { target: { checkpoint: 'a.pt', plane: 'three', through: ['b,1.pt', 'c:\\d.pt'] } },
    ],
    ['surface a.pt --plane three.npz', { target: { checkpoint: 'a.pt', plane: 'three.npz' } }],
    ['surface a.pt --budget 60', { target: { checkpoint: 'a.pt', budgetSeconds: 60 } }],
    ['loss a.pt --device webgpu --engine auto', { target: { checkpoint: 'a.pt', device: 'webgpu', engine: 'auto' } }],
    [
      'sharpness a.pt --measures keskar,lambda-max --epsilon 1e-3,.002 --rho .1 --rescaling --store kept',
      {
        verb: 'sharpness',
        target: {
          checkpoint: 'a.pt',
          measures: ['keskar', 'lambda-max'],
          epsilons: [0.001, 0.002],
          rho: 0.1,
          rescaling: true,
          store: 'kept',
        },
      },
    ],
    ['sharpness a.pt', { verb: 'sharpness', target: { checkpoint: 'a.pt' } }],
    [
      'run runs/sgd --measures train-loss,trace --budget 60 --samples 10 --store kept',
      {
        verb: 'run',
        target: {
          folder: 'runs/sgd',
          measures: ['train-loss', 'trace'],
          budgetSeconds: 60,
          samples: 10,
          store: 'kept',
        },
      },
    ],
    [
      'compare a.pt b.pt c.pt --measures train-loss,trace --top 3 --baseline 2 --store kept',
      {
        verb: 'compare',
        target: {
          checkpoints: ['a.pt', 'b.pt', 'c.pt'],
          measures: ['train-loss', 'trace'],
          largest: 3,
          baseline: 1,
          store: 'kept',
        },
      },
    ],
    [
      'run runs/sgd --measures log-volume --sigma 0.2',
      { verb: 'run', target: { folder: 'runs/sgd', measures: ['log-volume'], sigma: 0.2 } },
    ],
    [
      'compare a.pt b.pt --measures log-volume --sigma 0.2',
      { verb: 'compare', target: { checkpoints: ['a.pt', 'b.pt'], measures: ['log-volume'], sigma: 0.2 } },
    ],
    [
      'volume a.pt --volumes local,function --directions 50 --basin loss --cutoff 0.1 --preconditioner none --sigma 2',
      {
        verb: 'volume',
        target: {
          checkpoint: 'a.pt',
          volumes: ['local', 'function'],
          directions: 50,
          basin: 'loss',
          cutoff: 0.1,
          preconditioner: 'none',
          sigma: 2,
        },
      },
    ],
    [
      'volume a.pt --volumes function --initializations 300 --points 100 --positive 5,6,7 --store kept',
      {
        verb: 'volume',
        target: {
          checkpoint: 'a.pt',
          volumes: ['function'],
          initializations: 300,
          points: 100,
          positive: [5, 6, 7],
          store: 'kept',
        },
      },
    ],
    ['volume a.pt --sensitivity', { verb: 'volume', target: { checkpoint: 'a.pt', sensitivity: true } }],
    ['compare a.pt 1 --baseline 1', { target: { checkpoints: ['a.pt', '1'], baseline: 1 } }],
    [
      'interpolate a.pt b.pt --points 9 --beyond 0 --samples 10 --store kept',
      {
        verb: 'interpolate',
        target: { checkpoint: 'a.pt', other: 'b.pt', points: 9, beyond: 0, samples: 10, store: 'kept' },
      },
    ],
    ['prune --older 7 --remove', { verb: 'prune', target: { olderDays: 7, remove: true } }],
    ['spectrum a.pt --top 3 --store kept', { target: { checkpoint: 'a.pt', largest: 3, store: 'kept' } }],
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
    ['draw a.pt', /no verb "draw"; use one of inspect, loss, spectrum, sharpness, surface/],
    ['loss', /needs a checkpoint/],
    ['loss a.pt b.pt', /"b.pt" is one too many/],
    ['loss a.pt --grid 5', /takes no --grid/],
    ['inspect a.pt --store kept', /takes no --store/],
    ['surface a.pt --plane three', /--plane three names no two checkpoints; write --plane three:FILE,FILE/],
    ['surface a.pt --plane three:b.pt', /names no two checkpoints/],
    ['surface a.pt --plane three:b.pt,c.pt,d.pt', /names no two checkpoints/],
    ['surface a.pt --planes 0', /--planes 0 is no whole number of 1 or more/],
    ['loss a.pt --colour red', /--colour/],
    ['loss a.pt --split validation', /--split validation is none of train, test/],
    ['loss a.pt --samples 0', /--samples 0 is no whole number of 1 or more/],
    ['loss a.pt --samples 1e3x', /--samples 1e3x/],
    ['loss a.pt --seed -1', /^--seed -1 is no whole number of 0 or more\.$/],
    ['loss a.pt --statistics batch', /--statistics batch is none of held, recomputed/],
    ['spectrum a.pt --statistics recomputed', /takes no --statistics; loss and surface do/],
    ['loss a.pt --memory -1', /^--memory -1 is no number above 0\.$/],
    ['loss a.pt --device gpu', /--device gpu is none of auto, cpu, webgpu, cuda, dml, coreml/],
    ['loss a.pt --engine jax', /--engine jax is none of auto, onnxruntime, tfjs, reference/],
    ['compare a.pt', /basin compare needs two or more checkpoints: basin compare FILE FILE …\./],
    ['compare a.pt b.pt --baseline 3', /--baseline 3 is none of the files; give one as it stands there, or its number/],
    ['compare a.pt b.pt --baseline c.pt', /--baseline c\.pt is none of the files/],
    ['compare a.pt b.pt --split test', /basin compare takes no --split; it measures on both/],
    ['volume a.pt --volumes all', /--volumes all is none of local, function\./],
    ['volume a.pt --positive 5,x', /--positive x is no whole number of 0 or more/],
    ['volume a.pt --cutoff -1', /^--cutoff -1 is no number above 0\.$/],
    ['volume a.pt --cutoff -.5e3', /^--cutoff -\.5e3 is no number above 0\.$/],
    ['surface a.pt --grid -5', /^--grid -5 is no size/],
    [
      'loss a.pt --project --json',
      /^--project has no value, as --json begins with a dash; give one, or write --project=--json where that is meant\.$/,
    ],
    ['loss a.pt --out -x', /^--out has no value, as -x begins with a dash; .* --out=-x where/],
    ['loss a.pt --gradient -1', /-1/],
    ['run a --sigma 0.2', /^--sigma is the prior of volumes; ask for them with --measures log-volume/],
    ['compare a.pt b.pt --measures trace --sigma 0.2', /^--sigma is the prior of volumes/],
    ['volume a.pt --sigma 0', /--sigma 0 is no number above 0/],
    ['volume a.pt --preconditioner ggn', /--preconditioner ggn is none of none, diagonal, eigenvectors/],
    ['interpolate a.pt', /basin interpolate needs two checkpoints: basin interpolate FILE FILE\./],
    ['interpolate a.pt b.pt c.pt', /basin interpolate takes two checkpoints; "c\.pt" is one too many/],
    ['interpolate a.pt b.pt --points 2', /--points 2 is no whole number of 3 or more/],
    ['interpolate a.pt b.pt --beyond=-1', /--beyond -1 is no number of 0 or more/],
    ['interpolate a.pt b.pt --split test', /basin interpolate takes no --split; it measures on both/],
    ['run', /basin run needs a folder of checkpoints: basin run FOLDER/],
    ['run a b', /basin run takes one folder of checkpoints; "b" is one too many/],
    ['run a --split test', /basin run takes no --split; it measures on both/],
    ['run a --measures loss', /--measures loss is none of train-loss, test-loss/],
    ['devices a.pt', /takes no checkpoint; leave "a.pt" out/],
    ['prune a.pt', /basin prune takes no checkpoint; leave "a.pt" out/],
    ['prune --seed 1', /basin prune takes no --seed/],
    ['prune --older x', /--older x is no whole number of 0 or more/],
    ['devices --seed 1', /basin devices takes no --seed/],
    ['surface a.pt --grid 5x', /--grid 5x is no size/],
    ['surface a.pt --budget 0', /--budget 0 is no number above 0/],
    ['surface a.pt --budget 60 --grid 5', /both choose the grid/],
    ['sharpness a.pt --measures keskar,flatness', /--measures flatness is none of keskar, keskar-subspace, sam/],
    ['sharpness a.pt --measures keskar,', /--measures keskar, lacks a word between two commas/],
    ['sharpness a.pt --epsilon 0', /--epsilon 0 is no number above 0/],
    ['sharpness a.pt --rho x', /--rho x is no number above 0/],
    ['sharpness a.pt --grid 5', /takes no --grid/],
    ['spectrum a.pt --rescaling', /takes no --rescaling/],
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
