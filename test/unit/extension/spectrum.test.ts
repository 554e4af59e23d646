import assert from 'node:assert/strict';
import { Analysis, type AnalysisParts, type Kept } from '../../../extension/analysis.ts';
import type { Engine } from '../../../extension/engine.ts';
import { defaultSpectrumOptions, spectrumKind } from '../../../extension/spectrum.ts';
import { spectrumCommand } from '../../../extension/spectrumCommand.ts';
import { spectrumCsv } from '../../../extension/spectrumCsv.ts';
import { spectrumEstimate } from '../../../extension/spectrumEstimate.ts';
import { WorkerExitedError } from '../../../extension/workerErrors.ts';
import type { AnalysisState } from '../../../webview/messages.ts';
import { inputError, interruptedError } from '../../../worker/errors.ts';
import type { SpectrumRequest } from '../../../worker/protocol.ts';
import type { SpectrumResult, SpectrumUpdate } from '../../../worker/results.ts';
import { partialSpectrum, spectrumOptions, spectrumProgress, wholeSpectrum } from '../../fixtures/spectra.ts';

type Spectrum = Analysis<'spectrum'>;

/** One call of the engine, to be ended by the test. */
interface Call {
  readonly request: SpectrumRequest;
  readonly partial: (update: SpectrumUpdate) => void;
  readonly resolve: (result: SpectrumResult) => void;
  readonly reject: (error: Error) => void;
  readonly signal: AbortSignal;
}

function setUp(parts: Partial<AnalysisParts<'spectrum'>> = {}) {
  const calls: Call[] = [];
  const phases: AnalysisState<'spectrum'>['phase'][] = [];
  const log: string[] = [];
  const kept: Kept<'spectrum'>[] = [];
  const engine: Pick<Engine, 'spectrum'> = {
    spectrum: (request, partial, signal) =>
      new Promise((resolve, reject) => {
        calls.push({ request, partial, resolve, reject, signal });
        signal.addEventListener('abort', () => reject(interruptedError()));
      }),
  };
  const spectrum: Spectrum = new Analysis({
    kind: spectrumKind,
    checkpoint: '/w/runs/a.pt',
    engine: engine as Engine,
    log: (level, message) => log.push(`${level} ${message}`),
    onChange: () => phases.push(spectrum.state.phase),
    keep: value => kept.push(value),
    ...parts,
  });
  /** Returns once the engine was asked for the first, second … time. */
  const asked = async (count: number): Promise<Call> => {
    while (calls.length < count) await new Promise(resolve => setImmediate(resolve));
    return calls[count - 1]!;
  };
  return { spectrum, calls, phases, log, kept, asked };
}

const update: SpectrumUpdate = { result: partialSpectrum, ...spectrumProgress };

describe('spectrum of a panel', () => {
  it('is not computed until someone asks', () => {
    const { spectrum, calls } = setUp();
    assert.deepEqual(spectrum.state, { phase: 'idle', options: defaultSpectrumOptions });
    assert.equal(calls.length, 0);
  });

  it('is computed from the request to the result, and kept as it grows', async () => {
    const { spectrum, phases, kept, asked } = setUp();
    const computed = spectrum.compute(spectrumOptions);
    const call = await asked(1);
    call.partial(update);
    assert.deepEqual(spectrum.state.progress, spectrumProgress);
    call.resolve(wholeSpectrum);
    await computed;
    const { density, ...rest } = spectrumOptions;
    assert.deepEqual(call.request, { checkpoint: '/w/runs/a.pt', ...rest, density, trace: density });
    assert.deepEqual(phases, ['starting', 'computing', 'done']);
    assert.deepEqual(
      kept.map(({ result }) => result),
      [partialSpectrum, wholeSpectrum],
    );
    assert.equal(spectrum.state.result, wholeSpectrum);
  });

  const endings: readonly [what: string, end: (call: Call, spectrum: Spectrum) => void, phase: string, why: RegExp][] =
    [
      ['is cancelled', (_, spectrum) => spectrum.cancel(), 'cancelled', /^$/],
      ['fails', call => call.reject(inputError('a.pt: no.')), 'failed', /^a\.pt: no\.$/],
      [
        'loses its engine',
        call => call.reject(new WorkerExitedError({ reason: 'crashed', code: 1, signal: null, stderr: [] })),
        'stopped',
        /exit code 1/,
      ],
      ['is refused in mid-job', (_, spectrum) => spectrum.fail('Not here.'), 'failed', /^Not here\.$/],
    ];
  for (const [what, end, phase, why] of endings) {
    it(`keeps what was found where it ${what}, and takes no more of it`, async () => {
      const { spectrum, asked } = setUp();
      const computed = spectrum.compute(spectrumOptions);
      const call = await asked(1);
      call.partial(update);
      end(call, spectrum);
      await computed;
      call.partial({ ...update, result: wholeSpectrum });
      const { state } = spectrum;
      assert.equal(state.phase, phase);
      assert.match(state.message ?? '', why);
      assert.equal(state.result, partialSpectrum);
      assert.deepEqual(state.options, spectrumOptions);
    });
  }

  it('is computed once at a time, and again after its end', async () => {
    const { spectrum, calls, asked } = setUp();
    const first = spectrum.compute(spectrumOptions);
    await spectrum.compute(spectrumOptions);
    const call = await asked(1);
    call.resolve(wholeSpectrum);
    await first;
    assert.equal(calls.length, 1);
    void spectrum.compute({ ...spectrumOptions, operator: 'ggn' });
    const second = await asked(2);
    assert.equal(second.request.operator, 'ggn');
    assert.equal(spectrum.state.result, wholeSpectrum);
  });

  it('says what stands in the way, with the remedy, and asks the engine for nothing', async () => {
    const obstacle = { type: 'failed', message: 'No.', remedy: 'setUp' } as const;
    const { spectrum, calls } = setUp({ facts: async () => ({ obstacle }) });
    await spectrum.compute(spectrumOptions);
    assert.equal(calls.length, 0);
    assert.equal(spectrum.state.remedy, 'setUp');
    assert.equal(spectrum.state.message, 'No.');
  });

  const begun = Date.parse(wholeSpectrum.provenance.time);
  const restored: readonly [what: string, result: SpectrumResult, written: number, phase: string, why: RegExp][] = [
    ['as it was', wholeSpectrum, begun - 1, 'done', /^$/],
    ['with a word on what changed since', wholeSpectrum, begun + 1, 'cancelled', /written again/],
    ['as far as it came', partialSpectrum, begun - 1, 'cancelled', /interrupted/],
  ];
  for (const [what, result, written, phase, why] of restored) {
    it(`is shown again ${what}`, () => {
      const { spectrum } = setUp();
      spectrum.restore({ options: spectrumOptions, result }, written);
      assert.equal(spectrum.state.phase, phase);
      assert.match(spectrum.state.message ?? '', why);
      assert.equal(spectrum.state.result, result);
    });
  }

  it('is not replaced by an older one', async () => {
    const { spectrum, asked } = setUp();
    void spectrum.compute(spectrumOptions);
    await asked(1);
    spectrum.restore({ options: spectrumOptions, result: wholeSpectrum }, undefined);
    assert.equal(spectrum.state.result, undefined);
  });
});

describe('command of a spectrum', () => {
  const words = (changes: Partial<typeof spectrumOptions>): string =>
    spectrumCommand({ options: { ...spectrumOptions, ...changes }, result: wholeSpectrum }, '/w/a.pt').join(' ');

  it('spells out all that the numbers depend on', () => {
    assert.equal(
      words({}),
      'basin spectrum /w/a.pt --split train --samples 1024 --seed 0 --device cpu --operator hessian --top 10 ' +
        '--smallest 5 --tolerance 0.0001 --trace --density --by-tensor --along 1 --out epoch_022-spectrum.json',
    );
  });
  it('asks for no more than was asked for', () => {
    assert.doesNotMatch(words({ density: false, byTensor: false, along: 0 }), /trace|density|tensor|along/);
  });
});

describe('spectrum as comma-separated values', () => {
  const lines = spectrumCsv(wholeSpectrum).trimEnd().split('\n');

  it('has a line for every number, each as long as the first', () => {
    const count = {
      eigenvalue_largest: 10,
      eigenvalue_smallest: 5,
      trace: 1,
      density: wholeSpectrum.density!.x.length,
      tensor_trace: wholeSpectrum.byTensor!.length,
      loss_along_largest_test: 31,
      loss_along_smallest_train: 31,
    };
    for (const [quantity, expected] of Object.entries(count)) {
      assert.equal(lines.filter(line => line.startsWith(`${quantity},`)).length, expected, quantity);
    }
    for (const line of lines) assert.equal(line.split(',').length, lines[0]!.split(',').length, line);
  });

  it('gives numerical and sampling error apart, and says what has not converged', () => {
    assert.equal(lines[1], 'eigenvalue_largest,1,,,27.8045,0.0000046321,3.49127,true');
    const rough = spectrumCsv(partialSpectrum).split('\n');
    assert.match(rough[3]!, /^eigenvalue_largest,3,,,[^,]+,[^,]+,,false$/);
  });

  it('quotes names that hold commas', () => {
    const tensor = { ...wholeSpectrum.byTensor![0]!, name: 'a,"b"' };
    assert.match(spectrumCsv({ ...wholeSpectrum, byTensor: [tensor] }), /,1,"a,""b""",,/);
  });
});

describe('what a spectrum with other options is likely to take', () => {
  const wanted = { ...spectrumOptions, byTensor: false };
  const update = { ...spectrumProgress, result: { ...wholeSpectrum, byTensor: [] } };
  const measured = { options: wanted, update };

  it('is a number of products until some were measured', () => {
    const { products, seconds, memoryBytes } = spectrumEstimate(wanted, undefined);
    assert.ok(products !== null && products.least < products.most);
    assert.deepEqual([seconds, memoryBytes], [null, null]);
    assert.equal(spectrumEstimate({ ...wanted, byTensor: true }, undefined).products, null);
  });

  it('is as long as its products take, and as large as the last one for the same options', () => {
    const { products, seconds, memoryBytes } = spectrumEstimate(wanted, measured);
    const { secondsPerProduct } = spectrumProgress;
    assert.deepEqual(seconds, {
      least: products!.least * secondsPerProduct,
      most: products!.most * secondsPerProduct,
    });
    assert.equal(memoryBytes, spectrumProgress.memoryBytes);
    const more = spectrumEstimate({ ...wanted, largest: wanted.largest + 10 }, measured);
    assert.ok(more.memoryBytes! > memoryBytes! && more.products!.most > products!.most);
  });
});
