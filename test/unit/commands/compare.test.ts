import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from '../../../worker/commands/compare.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { spectrum } from '../../../worker/commands/spectrum.ts';
import { decodeCompare } from '../../../worker/compareDocument.ts';
import type { CompareRequest } from '../../../worker/protocol.ts';
import type {
  CompareResult,
  CompareUpdate,
  Difference,
  RunMeasureName,
  SpectrumResult,
} from '../../../worker/results.ts';
import { Runs } from '../../../worker/run/runs.ts';
import { DIGITS_CNN, DIGITS_MLP, engines, never } from '../objective/problems.ts';
import { begun, checkpointOf, Workspace } from '../run/workspace.ts';

const [SMALL_BATCH, LARGE_BATCH, EARLY] = [
  'batch-32/epoch_024.pt',
  'batch-1024/epoch_480.pt',
  'batch-32/epoch_004.pt',
].map(name => join(DIGITS_CNN, 'runs', name)) as [string, string, string];

/** On few rows, without what takes many products. */
const QUICK = {
  measures: ['train-loss', 'test-loss', 'train-accuracy', 'test-accuracy', 'gradient-norm'],
  samples: 100,
  threads: 2,
} as const satisfies Partial<CompareRequest>;

/** Nothing here is to be complained of. */
const report = (message: string): void => assert.fail(message);

async function updatesOf(request: CompareRequest, signal = never): Promise<CompareUpdate[]> {
  const updates: CompareUpdate[] = [];
  for await (const update of compare(request, new Runs(report), { engines, signal })) updates.push(update);
  return updates;
}

const resultOf = async (request: CompareRequest): Promise<CompareResult> => (await updatesOf(request)).at(-1)!.result;

/** What was computed: place and measure. */
const computed = (updates: readonly CompareUpdate[]): string[] =>
  updates.flatMap(({ current }) => (current === null ? [] : [`${current.index} ${current.measure}`]));

const measureOf = ({ checkpoints }: CompareResult, index: number, name: RunMeasureName): number =>
  Number(checkpoints[index]!.measures.find(own => own.name === name)?.value);

const differenceOf = (all: readonly Difference[], name: RunMeasureName): Difference =>
  all.find(own => own.name === name)!;

after(() => engines.dispose());

describe('a comparison of checkpoints', function () {
  this.timeout(300_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-compare-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("has each one's own numbers, and the differences between them", async () => {
    const checkpoints = [SMALL_BATCH, LARGE_BATCH];
    const updates = await updatesOf({ checkpoints, ...QUICK });
    const { result, progress, current } = updates.at(-1)!;
    assert.deepEqual([result.complete, current, progress.done, progress.total], [true, null, 2, 2]);
    assert.deepEqual(
      result.checkpoints.map(({ checkpoint, epoch, measures }) => [
        checkpoint,
        epoch,
        measures.map(({ name }) => name),
      ]),
      [
        ['runs/batch-32/epoch_024.pt', 24, QUICK.measures],
        ['runs/batch-1024/epoch_480.pt', 480, QUICK.measures],
      ],
    );
    const own = await Promise.all(
      checkpoints.map(checkpoint =>
        loss({ checkpoint, samples: 100, threads: 2, gradient: true }, { engines, signal: never }),
      ),
    );
    for (const [index, { loss: value, accuracy, gradientNorm }] of own.entries()) {
      assert.equal(measureOf(result, index, 'train-loss'), value);
      assert.equal(measureOf(result, index, 'train-accuracy'), accuracy);
      assert.equal(measureOf(result, index, 'gradient-norm'), gradientNorm);
    }
    const [[, difference]] = result.differences as [[unknown, readonly Difference[]]];
    const { value, isPaired, verdict } = differenceOf(difference, 'train-loss');
    assert.deepEqual([value, isPaired, verdict], [Number(own[1]!.loss) - Number(own[0]!.loss), true, 'lower']);
    assert.deepEqual([result.warnings, result.architectures, result.baseline], [[], [[0, 1]], 0]);
    assert.deepEqual(decodeCompare(JSON.parse(JSON.stringify(result)), ''), JSON.parse(JSON.stringify(result)));
    // Whatever was known on the way can be shown by itself.
    for (const update of updates) decodeCompare(JSON.parse(JSON.stringify(update.result)), '');
  });

  it('has volumes where they are asked for, by one prior a run, and tells no difference of lower bounds', async () => {
    const request = { checkpoints: [SMALL_BATCH, EARLY], samples: 20, threads: 2, store: join(folder, 'store') };
    const volumesOf = ({ checkpoints }: CompareResult) =>
      checkpoints.map(({ measures }) => measures.find(({ name }) => name === 'log-volume'));
    const updates = await updatesOf({ ...request, measures: ['log-volume'] });
    const { result } = updates.at(-1)!;
    const [one, other] = volumesOf(result);
    assert.deepEqual([one!.volume, one!.volume!.prior.from], [other!.volume, 'initialization']);
    assert.deepEqual([one!.upper, other!.upper, result.warnings], [null, null, []]);
    const { verdict, value } = differenceOf(result.differences[0]![1]!, 'log-volume');
    assert.deepEqual([verdict, value], ['unknown', Number(other!.value) - Number(one!.value)]);
    assert.ok(updates.some(({ progress }) => progress.done === 0 && Number(progress.remainingSeconds) > 0));
    // What is known is shown, though nobody asks for it.
    const shown = await updatesOf({ ...request, largest: 0 });
    assert.deepEqual(volumesOf(shown.at(-1)!.result), [one, other]);
    assert.ok(!computed(shown).some(what => what.endsWith('log-volume')));
    const wide = await resultOf({ ...request, measures: ['log-volume'], sigma: 0.5 });
    assert.deepEqual(
      volumesOf(wide).map(own => own!.volume!.prior),
      Array(2).fill({ sigma: 0.5, from: 'request' }),
    );
  });

  it('of a checkpoint with itself shows no difference, and measures it once', async () => {
    const request = {
      ...QUICK,
      measures: [...QUICK.measures, 'keskar', 'lambda-max', 'lambda-min'],
      samples: 32,
    } as const;
    const updates = await updatesOf({ ...request, checkpoints: [EARLY, EARLY], largest: 1 });
    const { differences, checkpoints, warnings } = updates.at(-1)!.result;
    assert.deepEqual(warnings, []);
    assert.deepEqual(checkpoints[0]!.measures, checkpoints[1]!.measures);
    for (const cell of differences.flat()) {
      assert.equal(cell.length, request.measures.length);
      for (const { value, standardError, verdict } of cell)
        assert.deepEqual([value, standardError, verdict], [0, 0, 'none']);
    }
    const again = computed(updates).filter(what => what.startsWith('1 ') && what !== '1 eigenvalues');
    assert.deepEqual(again, []);
  });

  it('with other rows of the same data differs by chance as often as two standard errors say', async () => {
    const seeds = 20;
    const checkpoints: string[] = [];
    const project = JSON.parse(await readFile(join(DIGITS_CNN, 'basin.json'), 'utf8'));
    for (let seed = 0; seed < seeds; seed++) {
      const own = join(folder, String(seed));
      await mkdir(own);
      for (const file of ['model.onnx', 'train.npz', 'test.npz']) await cp(join(DIGITS_CNN, file), join(own, file));
      await cp(EARLY, join(own, 'a.pt'));
      await writeFile(join(own, 'basin.json'), JSON.stringify({ ...project, order: 'seeded', seed }));
      checkpoints.push(join(own, 'a.pt'));
    }
    const { differences, warnings, checkpoints: compared } = await resultOf({ ...QUICK, checkpoints });
    const pairs = differences.flatMap((row, from) => row.slice(0, from).flat());
    const told = pairs.filter(({ verdict }) => verdict === 'higher' || verdict === 'lower');
    assert.equal(pairs.length, (QUICK.measures.length * seeds * (seeds - 1)) / 2);
    assert.ok(pairs.every(({ verdict, isPaired }) => verdict !== 'unknown' && !isPaired));
    // One in twenty two at two standard errors; pairs share samples, so that single measures scatter more than pairs do.
    assert.ok(told.length <= 0.05 * pairs.length, `${told.length} of ${pairs.length}`);
    for (const name of QUICK.measures) {
      const own = told.filter(difference => difference.name === name);
      assert.ok(own.length <= (0.12 * pairs.length) / QUICK.measures.length, `${name}: ${JSON.stringify(own)}`);
    }
    // Files of several projects have one name in each, and keep their paths here.
    assert.deepEqual(
      compared.map(({ checkpoint }) => checkpoint),
      checkpoints,
    );
    for (const what of [
      /^The drawn rows of the training split differ \(0\/a\.pt: seed 0; 1\/a\.pt: seed 1;/,
      /^The seeds differ/,
    ]) {
      assert.ok(
        warnings.some(warning => what.test(warning)),
        `${what} is not among ${warnings.join(' ')}`,
      );
    }
  });

  it('takes what a run has measured, and a run what it has', async () => {
    const workspace = await Workspace.create();
    try {
      const run = 'runs/batch-32';
      for (const file of await readdir(workspace.path(run))) {
        if (!['epoch_000.pt', 'epoch_024.pt'].includes(file)) await rm(workspace.path(`${run}/${file}`));
      }
      const { measures: _, ...settings } = QUICK;
      await workspace.measure(run, { ...settings, measures: ['train-loss', 'gradient-norm'] });
      const checkpoints = ['epoch_000.pt', 'epoch_024.pt'].map(file => workspace.path(`${run}/${file}`));
      const request = { ...QUICK, checkpoints, store: workspace.store };
      const updates = await updatesOf(request);
      assert.deepEqual(computed(updates), ['0 train-accuracy', '0 test-loss', '1 train-accuracy', '1 test-loss']);
      assert.equal(updates.at(-1)!.isKept, true);
      assert.deepEqual(computed(await updatesOf(request)), []);
      const { updates: again } = await workspace.measure(run, { ...settings, measures: QUICK.measures });
      assert.deepEqual(
        again.filter(({ current }) => current !== null),
        [],
      );
    } finally {
      await workspace.remove();
    }
  });

  it('takes a kept spectrum that holds more, and tells λmax, λmin and the trace by it', async () => {
    const store = join(folder, 'store');
    const target = { checkpoint: LARGE_BATCH, samples: 32, threads: 2, store };
    let kept: SpectrumResult | null = null;
    for await (const { result } of spectrum({ ...target, largest: 4, trace: true }, { engines, signal: never }))
      kept = result;
    const measures = ['lambda-max', 'lambda-min', 'trace'] as const;
    const request = { ...target, checkpoints: [LARGE_BATCH, LARGE_BATCH], measures, largest: 2 };
    const updates = await updatesOf(request);
    assert.deepEqual(computed(updates), ['0 eigenvalues', '1 eigenvalues']);
    const { largest, smallest } = updates.at(-1)!.result.checkpoints[0]!;
    assert.deepEqual([largest, smallest], [kept!.largest.slice(0, 2), kept!.smallest]);
    assert.equal(measureOf(updates.at(-1)!.result, 0, 'lambda-max'), kept!.largest[0]!.value);
    assert.equal(measureOf(updates.at(-1)!.result, 0, 'lambda-min'), kept!.smallest[0]!.value);
    assert.equal(measureOf(updates.at(-1)!.result, 0, 'trace'), kept!.trace!.mean);
  });

  it('of another architecture and project says so, and a checkpoint that cannot be measured keeps none from it', async () => {
    const damaged = join(folder, 'damaged.pt');
    await writeFile(damaged, 'no checkpoint');
    for (const file of ['basin.json', 'model.onnx', 'train.npz', 'test.npz'])
      await cp(join(DIGITS_CNN, file), join(folder, file));
    const [run] = await readdir(join(DIGITS_MLP, 'runs'));
    const files = await readdir(join(DIGITS_MLP, 'runs', run!));
    const other = join(DIGITS_MLP, 'runs', run!, files.sort().at(-1)!);
    const result = await resultOf({
      ...QUICK,
      measures: ['train-loss'],
      checkpoints: [damaged, SMALL_BATCH, other],
      baseline: 1,
    });
    const [broken, cnn, mlp] = result.checkpoints;
    assert.match(broken!.problem!, /^\S*damaged\.pt: /);
    assert.deepEqual([broken!.measures, cnn!.problem, mlp!.problem], [[], undefined, undefined]);
    assert.deepEqual([result.architectures, result.complete, result.baseline], [[[1], [2]], true, 1]);
    assert.deepEqual(
      result.differences.map(row => row.map(cell => cell.length)),
      [
        [0, 0, 0],
        [0, 1, 1],
        [0, 1, 1],
      ],
    );
    assert.match(result.warnings.at(-1)!, /^The architectures differ \(\S+epoch_024\.pt; \S+\): /);
  });

  it('that is interrupted keeps what it has', async () => {
    const controller = new AbortController();
    const store = join(folder, 'store');
    const request = { ...QUICK, checkpoints: [SMALL_BATCH, LARGE_BATCH], store };
    let last: CompareResult | null = null;
    await assert.rejects(
      async () => {
        for await (const { result, current } of compare(request, new Runs(report), {
          engines,
          signal: controller.signal,
        })) {
          last = result;
          if (current?.index === 1) controller.abort();
        }
      },
      { kind: 'interrupted' },
    );
    assert.equal(last!.complete, false);
    assert.equal(last!.checkpoints[0]!.measures.length, QUICK.measures.length);
    assert.deepEqual(
      computed(await updatesOf(request)).filter(what => what.startsWith('0')),
      [],
    );
  });

  it('is remembered of the runs that the checkpoints belong to, beside what was known of them', async () => {
    const workspace = await Workspace.create();
    try {
      const [first, second] = ['batch-32/epoch_024.pt', 'batch-1024/epoch_480.pt'];
      const checkpoints = [first!, second!].map(name => workspace.path(`runs/${name}`));
      const stateOf = async (name: string): Promise<[state: string, measures: readonly string[]]> => {
        const [run = '', file = ''] = name.split('/');
        const { state, measures } = checkpointOf(await workspace.list(`runs/${run}`), file);
        return [state, measures.map(own => own.name)];
      };
      // The listing measures with what basin.json says; so does this.
      const { samples: _, ...quick } = QUICK;
      const measures = ['train-loss', 'test-loss'] as const;
      await workspace.measure('runs/batch-32', { only: 'epoch_024.pt', measures: [...measures] });
      assert.deepEqual(await stateOf(second!), ['unmeasured', []]);
      await resultOf({ ...quick, measures: ['train-loss', 'train-accuracy'], checkpoints, store: workspace.store });
      assert.deepEqual(await stateOf(second!), ['measured', ['train-loss', 'train-accuracy']]);
      // What is measured on the test split is neither lost nor taken for what nobody asked for.
      assert.deepEqual(await stateOf(first!), ['measured', ['train-loss', 'test-loss', 'train-accuracy']]);
      const { updates } = await workspace.measure('runs/batch-32', { only: 'epoch_024.pt', measures: [...measures] });
      assert.deepEqual(begun(updates), []);
      const moved = workspace.path('runs/moved');
      await rename(workspace.path('runs/batch-1024'), moved);
      await resultOf({
        ...quick,
        measures: ['train-loss'],
        checkpoints: [join(moved, 'epoch_004.pt'), checkpoints[0]!],
        store: workspace.store,
      });
      // A run that was moved since is known again, although a comparison comes before its listing.
      assert.deepEqual(await stateOf('moved/epoch_480.pt'), ['measured', ['train-loss', 'train-accuracy']]);
    } finally {
      await workspace.remove();
    }
  });

  const refused: readonly (readonly [what: string, request: CompareRequest, kind: string, message: RegExp])[] = [
    ['a single checkpoint', { checkpoints: [EARLY] }, 'usage', /1 checkpoints cannot be compared; name from 2 to 50/],
    ['a baseline that is none', { checkpoints: [EARLY, EARLY], baseline: 2 }, 'usage', /no checkpoint at the place 2/],
    [
      'a measure that is none',
      { checkpoints: [EARLY, EARLY], measures: ['loss' as RunMeasureName] },
      'usage',
      /There is no measure "loss"; use some of train-loss/,
    ],
    [
      'too many eigenvalues',
      { checkpoints: [EARLY, EARLY], largest: 101 },
      'usage',
      /101 eigenvalues cannot be compared/,
    ],
    ['checkpoints of which none is there', { checkpoints: ['none.pt', 'nor.pt'] }, 'input', /none\.pt/],
  ];
  for (const [what, request, kind, message] of refused) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(updatesOf(request), { kind, message });
    });
  }
});
