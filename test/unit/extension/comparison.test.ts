import assert from 'node:assert/strict';
import { compareCommands, compareFileName } from '../../../extension/compareCommand.ts';
import { compareCsv } from '../../../extension/compareCsv.ts';
import { Comparison, type ComparisonParts, type RememberedComparison } from '../../../extension/comparison.ts';
import { WorkerExitedError } from '../../../extension/workerErrors.ts';
import type { CompareOptions } from '../../../webview/compare/messages.ts';
import { parseCommandLine } from '../../../worker/cli/commandLine.ts';
import { inputError, interruptedError } from '../../../worker/errors.ts';
import type { CompareRequest, InterpolateRequest, SurfaceRequest } from '../../../worker/protocol.ts';
import {
  type CompareResult,
  type InterpolateResult,
  RUN_MEASURE_NAMES,
  type SurfaceResult,
} from '../../../worker/results.ts';
import { compareStates, comparisonOf, surfaceOf, twoCompared } from '../../fixtures/comparePanels.ts';

const files = [
  { path: '/w/a.pt', label: 'a.pt' },
  { path: '/w/b.pt', label: 'b.pt' },
] as const;

/** One call of the engine, to be ended by the test. */
interface Call {
  readonly verb: 'surface' | 'compare' | 'interpolate';
  readonly request: Partial<SurfaceRequest & CompareRequest & InterpolateRequest>;
  readonly partial: (update: object) => void;
  readonly resolve: (result: SurfaceResult | CompareResult | InterpolateResult) => void;
  readonly reject: (error: Error) => void;
}

const line = compareStates.interpolated.interpolation.result;
const surfaces = [surfaceOf('a.pt', 1), surfaceOf('b.pt', 2)] as const;

function setUp(parts: Partial<ComparisonParts> = {}) {
  const calls: Call[] = [];
  const remembered: RememberedComparison[] = [];
  const method =
    (verb: Call['verb']) =>
    (request: object, partial: (update: never) => void, signal: AbortSignal): Promise<never> =>
      new Promise((resolve, reject) => {
        calls.push({
          verb,
          request,
          partial: partial as Call['partial'],
          resolve: resolve as unknown as Call['resolve'],
          reject,
        });
        signal.addEventListener('abort', () => reject(interruptedError()));
      });
  const comparison = new Comparison({
    checkpoints: files,
    engine: { surface: method('surface'), compare: method('compare'), interpolate: method('interpolate') },
    log: () => {},
    onChange: () => {},
    facts: async () => ({ seed: 7, splits: ['train', 'test'] }),
    remember: own => remembered.push(own),
    onMeasured: () => {},
    ...parts,
  });
  /** The engine's n-th call, once it was made. */
  const call = async (count: number): Promise<Call> => {
    while (calls.length < count) await new Promise(resolve => setImmediate(resolve));
    return calls[count - 1]!;
  };
  const phases = () => [
    ...comparison.state.surfaces.map(({ phase }) => phase),
    comparison.state.measures.phase,
    comparison.state.interpolation?.phase,
  ];
  return { comparison, calls, call, phases, remembered };
}

/** Answers everything that is asked, and says what was. */
async function answerAll(given: ReturnType<typeof setUp>, compute: Promise<void>): Promise<readonly Call[]> {
  let answered = 0;
  let isOver = false;
  void compute.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise(resolve => setImmediate(resolve));
    for (const own of given.calls.slice(answered)) {
      answered++;
      own.resolve(
        own.verb === 'compare'
          ? twoCompared
          : own.verb === 'surface'
            ? surfaces[own.request.checkpoint === '/w/b.pt' ? 1 : 0]!
            : line,
      );
    }
  }
  return given.calls;
}

describe('a comparison', () => {
  it('measures volumes only where they are asked for, and what it has measured stays shown meanwhile', async () => {
    const given = setUp();
    const measure = given.comparison.compute();
    await answerAll(given, measure);
    const asked = given.comparison.measureVolumes();
    const { request, resolve } = await given.call(5);
    assert.deepEqual(request.measures, RUN_MEASURE_NAMES);
    assert.deepEqual(given.phases().slice(2, 3), ['computing']);
    assert.deepEqual(given.comparison.state.measures.result, twoCompared);
    resolve(compareStates.volumes.measures.result!);
    await asked;
    assert.deepEqual(given.comparison.state.measures.result, compareStates.volumes.measures.result);
    assert.equal(given.calls.length, 5);
  });

  it('asks for the losses, then the landscapes, then the other measures, one after the other', async () => {
    const given = setUp();
    const compute = given.comparison.compute();
    await given.call(1);
    assert.deepEqual(given.phases(), ['waiting', 'waiting', 'computing', undefined]);
    const calls = await answerAll(given, compute);
    assert.deepEqual(
      calls.map(({ verb, request }) => [verb, request.checkpoint ?? request.measures]),
      [
        ['compare', ['train-loss', 'test-loss', 'train-accuracy', 'test-accuracy']],
        ['surface', '/w/a.pt'],
        ['surface', '/w/b.pt'],
        ['compare', undefined],
      ],
    );
    assert.deepEqual(given.phases(), ['done', 'done', 'done', undefined]);
    assert.equal(given.comparison.computing, false);
  });

  it('tells when more is measured, also where it was interrupted or failed, and not where the engine has died', async () => {
    let told = 0;
    const given = setUp({ onMeasured: () => void told++ });
    await answerAll(given, given.comparison.compute());
    assert.equal(told, 2);
    const ended = new WorkerExitedError({ reason: 'crashed', code: null, signal: 'SIGKILL', stderr: [] });
    for (const [end, times] of [
      [({ comparison }: ReturnType<typeof setUp>) => comparison.cancel(), 1],
      [(_: unknown, call: Call) => call.reject(inputError('a.pt: is damaged.')), 1],
      [(_: unknown, call: Call) => call.reject(ended), 0],
    ] as const) {
      told = 0;
      const own = setUp({ onMeasured: () => void told++ });
      const compute = own.comparison.compute();
      end(own, await own.call(1));
      if (times > 0) own.comparison.cancel();
      await compute;
      assert.equal(told, times);
    }
  });

  it('draws the same directions for all, of the seed that basin.json has', async () => {
    const given = setUp();
    const calls = await answerAll(given, given.comparison.compute());
    for (const { request } of calls.filter(({ verb }) => verb === 'surface')) {
      const { checkpoint: _, ...alike } = request;
      assert.deepEqual(alike, {
        split: 'train',
        seed: 7,
        range: 1,
        grid: { columns: 25, rows: 25 },
        plane: 'random',
        perturb: 'weights',
      });
    }
  });

  it('scales identical directions to the filters of one of them', async () => {
    const given = setUp();
    const options: CompareOptions = { split: 'test', seed: 1, grid: 11, range: 0.5, scaledTo: 1 };
    const calls = await answerAll(given, given.comparison.compute(options));
    assert.deepEqual(
      calls.flatMap(({ verb, request }) => (verb === 'surface' ? [request.normalizedTo] : [])),
      ['/w/b.pt', undefined],
    );
  });

  it('shows what fails in its place, and goes on with the others', async () => {
    const given = setUp();
    const compute = given.comparison.compute();
    (await given.call(1)).resolve(twoCompared);
    (await given.call(2)).reject(inputError('a.pt: is no checkpoint.'));
    (await given.call(3)).resolve(surfaces[1]);
    (await given.call(4)).resolve(twoCompared);
    await compute;
    assert.deepEqual(given.phases(), ['failed', 'done', 'done', undefined]);
    assert.equal(given.comparison.state.surfaces[0]?.message, 'a.pt: is no checkpoint.');
  });

  it('is cancelled as a whole, keeps what is there, and goes on with what is missing', async () => {
    const given = setUp();
    const compute = given.comparison.compute();
    (await given.call(1)).resolve(twoCompared);
    (await given.call(2)).resolve(surfaces[0]);
    const second = await given.call(3);
    const half = surfaceOf('b.pt', 2, 13);
    second.partial({ result: half, key: 'k', progress: { done: 1, total: 2, elapsedSeconds: 1, remainingSeconds: 1 } });
    given.comparison.cancel();
    await compute;
    assert.deepEqual(given.phases(), ['done', 'cancelled', 'cancelled', undefined]);
    assert.equal(given.comparison.state.surfaces[1]?.result, half);
    const again = given.comparison.compute();
    assert.deepEqual((await given.call(4)).request.checkpoint, '/w/b.pt');
    await answerAll({ ...given, calls: given.calls.slice(3) }, Promise.resolve());
    given.calls[3]!.resolve(surfaces[1]);
    (await given.call(5)).resolve(twoCompared);
    await again;
    assert.deepEqual(given.phases(), ['done', 'done', 'done', undefined]);
  });

  it('computes all landscapes anew with other options, and what ends late of the old ones is not shown', async () => {
    const given = setUp();
    const compute = given.comparison.compute();
    (await given.call(1)).resolve(twoCompared);
    const old = await given.call(2);
    const other = given.comparison.compute({ ...given.comparison.state.options, grid: 5 });
    const fresh = await given.call(3);
    assert.equal(fresh.request.grid?.columns, 5);
    old.resolve(surfaces[1]);
    fresh.resolve(surfaces[0]);
    (await given.call(4)).resolve(surfaces[1]);
    (await given.call(5)).resolve(twoCompared);
    await Promise.all([compute, other]);
    assert.equal(given.comparison.state.surfaces[0]?.result, surfaces[0]);
  });

  it('does not start an engine that has died once for every part', async () => {
    const given = setUp();
    const compute = given.comparison.compute();
    (await given.call(1)).reject(
      new WorkerExitedError({ reason: 'crashed', code: null, signal: 'SIGKILL', stderr: [] }),
    );
    await compute;
    assert.equal(given.calls.length, 1);
    assert.deepEqual(given.phases(), ['cancelled', 'cancelled', 'stopped', undefined]);
  });

  it('computes the line between two on request, after what runs', async () => {
    const given = setUp();
    const compute = given.comparison.compute();
    await given.call(1);
    void given.comparison.interpolate(1, 0);
    assert.equal(given.comparison.state.interpolation?.phase, 'waiting');
    const calls = await answerAll(given, compute);
    const last = calls.at(-1)!;
    assert.deepEqual([last.verb, last.request], ['interpolate', { checkpoint: '/w/b.pt', other: '/w/a.pt' }]);
    assert.deepEqual(given.comparison.state.interpolation, { from: 1, to: 0, phase: 'done', result: line });
  });

  it('is there again after a reload, as far as it was, and says what was written since', async () => {
    const given = setUp();
    await answerAll(given, given.comparison.compute());
    const remembered = given.remembered.at(-1)!;
    assert.equal(remembered.measures, twoCompared);
    const restored = setUp();
    const time = Date.parse(surfaces[0].provenance.time);
    await restored.comparison.restore({ remembered, surfaces, written: [time - 1, time + 1] });
    assert.equal(restored.calls.length, 0, 'nothing is computed');
    assert.deepEqual(restored.phases().slice(0, 2), ['done', 'cancelled']);
    assert.match(restored.comparison.state.surfaces[1]?.message ?? '', /^b\.pt: was written again/);
  });
});

describe('a comparison in a terminal', () => {
  it('is computed by lines that the command line takes', () => {
    const lines = compareCommands(
      { ...compareStates.mixed, interpolation: compareStates.interpolated.interpolation },
      compareStates.mixed.checkpoints.map(label => ({ path: `/w/${label}`, label })),
      1,
    );
    assert.deepEqual(
      lines.map(([, verb]) => verb),
      ['compare', 'surface', 'surface', 'interpolate'],
    );
    for (const words of lines) {
      const parsed = parseCommandLine(words.slice(1));
      assert.equal('verb' in parsed ? parsed.verb : undefined, words[1]);
    }
    const [compare, first, second] = lines;
    assert.ok(compare?.join(' ').includes('--baseline /w/runs/batch-1024/epoch_480.pt'), compare?.join(' '));
    assert.ok(!first?.includes('--normalized-to'));
    assert.ok(second?.join(' ').includes('--normalized-to /w/runs/batch-32/epoch_024.pt'));
  });

  it('is a file named after its checkpoints', () => {
    assert.equal(compareFileName(['/w/a.pt', '/w/b.pt'], 'csv'), 'a-b-compare.csv');
    assert.equal(compareFileName(['/w/a.pt', '/w/b.pt', '/w/c.pt'], 'json'), '3-checkpoints-compare.basin.json');
  });
});

describe('a comparison as comma-separated values', () => {
  it('is a line a measure and eigenvalue, with differences from the pinned baseline', () => {
    const lines = compareCsv(comparisonOf(twoCompared.checkpoints), 1).trimEnd().split('\n');
    assert.equal(lines.length, 1 + 2 * (10 + 6));
    const named = (checkpoint: string, name: string) =>
      lines.filter(own => own.startsWith(`${checkpoint},`) && own.includes(`,${name},`));
    const [own] = named('runs/batch-32/epoch_024.pt', 'lambda-max');
    assert.match(own ?? '', /,true,,,runs\/batch-1024\/epoch_480\.pt,-[\d.]+,[\d.]+,false,lower$/);
    assert.match(named('runs/batch-1024/epoch_480.pt', 'lambda-max')[0] ?? '', /,true,,,,,,,$/);
    assert.match(named('runs/batch-32/epoch_024.pt', 'eigenvalue largest 1')[0] ?? '', /,true,,,,,,,$/);
  });
});
