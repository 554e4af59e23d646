import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spectrum } from '../../../worker/commands/spectrum.ts';
import type { SpectrumRequest } from '../../../worker/protocol.ts';
import type { Eigenvalue, SpectrumResult, SpectrumUpdate } from '../../../worker/results.ts';
import { DIGITS_CNN, engines, never } from '../objective/problems.ts';

const run = join(DIGITS_CNN, 'runs/batch-1024');
const base = { checkpoint: join(run, 'epoch_480.pt'), samples: 100, threads: 2, largest: 1, smallest: 1 };

after(() => engines.dispose());

describe('a spectrum that is kept', function () {
  this.timeout(300_000);
  let store: string;
  const reports: string[] = [];
  const log = (message: string): void => void reports.push(message);
  beforeEach(async () => {
    store = await mkdtemp(join(tmpdir(), 'basin-kept-spectrum-'));
    reports.length = 0;
  });
  afterEach(() => rm(store, { recursive: true }));

  async function updates(request: SpectrumRequest, signal = never): Promise<SpectrumUpdate[]> {
    const all: SpectrumUpdate[] = [];
    for await (const update of spectrum(request, { engines, signal, log })) all.push(update);
    return all;
  }
  const last = async (request: SpectrumRequest): Promise<SpectrumResult> => (await updates(request)).at(-1)!.result;

  it('is taken from there the next time, with nothing computed', async () => {
    const request = { ...base, store, trace: true, along: 1 };
    const first = (await updates(request)).at(-1)!;
    const [again, ...others] = await updates(request);
    assert.deepEqual([again?.result, again?.stage, again?.key], [first.result, 'done', first.key]);
    assert.deepEqual([others, reports], [[], []]);
    const { key } = (await updates({ ...request, trace: false })).at(-1)!;
    assert.notEqual(key, first.key);
  });

  it('is kept as far as it was computed where it is interrupted, and the whole is never replaced by a part', async () => {
    const request = { ...base, store };
    const controller = new AbortController();
    const interrupted = async (): Promise<SpectrumResult> => {
      let shown: SpectrumResult | null = null;
      const computation = spectrum(request, { engines, signal: controller.signal, log });
      await assert.rejects(
        async () => {
          for await (const { result } of computation) {
            shown = result;
            controller.abort();
          }
        },
        { kind: 'interrupted' },
      );
      return shown!;
    };
    const part = await interrupted();
    const [name, ...others] = await readdir(store);
    assert.deepEqual([others, part.complete, part.largest.length], [[], false, 1]);
    const whole = await last(request);
    assert.equal(whole.complete, true);
    assert.ok((await readdir(store)).includes(name!));
    assert.deepEqual((await updates(request))[0]!.result, whole);
  });

  /** Two searches of the same operator agree within what each says of its error. */
  function agree(one: readonly Eigenvalue[], other: readonly Eigenvalue[]): void {
    for (const [index, a] of one.entries()) {
      const b = other[index]!;
      assert.equal(a.converged, b.converged);
      assert.ok(Math.abs(a.value - b.value) <= a.residual + b.residual, `${a.value} and ${b.value}`);
    }
  }

  const starts: readonly [what: string, before: SpectrumRequest, request: SpectrumRequest][] = [
    ["the neighbouring checkpoint's eigenvectors", { ...base, checkpoint: join(run, 'epoch_440.pt') }, base],
    ['its own, of fewer pairs', { ...base, largest: 3 }, { ...base, largest: 6 }],
  ];
  for (const [what, before, request] of starts) {
    it(`starts from ${what}, which saves products and changes nothing beyond the residuals`, async () => {
      const cold = await last(request);
      await last({ ...before, store });
      const warm = await last({ ...request, store });
      agree(warm.largest, cold.largest);
      agree(warm.smallest, cold.smallest);
      assert.ok(warm.products < cold.products, `${warm.products} products, ${cold.products} without a start`);
      assert.match(warm.provenance.notes.join(), /The search started from the eigenvectors of \S+epoch_4\d0\.pt\./);
    });
  }

  it('does without eigenvectors whose file is damaged', async () => {
    await last({ ...base, store });
    const vectors = (await readdir(store)).find(name => name.endsWith('.safetensors'));
    await writeFile(join(store, vectors!), 'x');
    const { complete, provenance } = await last({ ...base, store, largest: 2 });
    assert.deepEqual([complete, provenance.notes], [true, []]);
    assert.match(reports.join(), /\.safetensors: is ignored/);
  });
});
