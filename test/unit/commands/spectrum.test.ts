import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convexity } from '../../../worker/commands/convexity.ts';
import { spectrum } from '../../../worker/commands/spectrum.ts';
import { surface } from '../../../worker/commands/surface.ts';
import type { SpectrumRequest } from '../../../worker/protocol.ts';
import { readResultDocument } from '../../../worker/resultDocument.ts';
import type {
  ConvexityResult,
  Eigenvalue,
  EigenvectorLine,
  SpectrumResult,
  SurfaceResult,
} from '../../../worker/results.ts';
import { CASES, CNN_REFERENCE, DIGITS_CNN, DIGITS_MLP, engines, never, withProblem } from '../objective/problems.ts';

/** What PyTorch computed, from the full float64 Hessian where there is one; see each reference.json's note. */
interface Reference {
  readonly largest: readonly number[];
  readonly smallest: readonly number[];
  readonly trace?: number;
  readonly frobenius?: number;
  readonly trace_hutchinson?: { readonly mean: number; readonly standard_error: number };
  readonly by_tensor?: Readonly<Record<string, { readonly lambda_max: number; readonly trace: number }>>;
  readonly 'count_below_minus_1e-3_of_max'?: number;
}

async function last(request: SpectrumRequest): Promise<SpectrumResult> {
  let result: SpectrumResult | null = null;
  for await (const update of spectrum({ threads: 2, ...request }, { engines, signal: never })) result = update.result;
  assert.ok(result?.complete);
  return result;
}

const closeTo = (value: number, expected: number, error: number, what: string): void =>
  assert.ok(Math.abs(value - expected) <= error, `${what}: ${value}, not ${expected} ± ${error}`);

/** Within a relative error; within the stated interval where it is small beside the largest. */
function check(pairs: readonly Eigenvalue[], expected: readonly number[], relative: number, top: number): void {
  pairs.forEach((pair, index) => {
    const exact = expected[index]!;
    const error = Math.abs(exact) < 1e-3 * top ? Math.max(pair.residual, 1e-7 * top) : relative * Math.abs(exact);
    closeTo(pair.value, exact, error, `eigenvalue ${index}`);
  });
}

const workspaces = [
  { name: 'digits-mlp', folder: DIGITS_MLP, references: DIGITS_MLP, relative: 1e-4 },
  { name: 'digits-cnn', folder: DIGITS_CNN, references: CNN_REFERENCE, relative: 1e-4 },
  ...(CASES
    ? ['mnist-lenet', 'cifar10-resnet20'].map(name => {
        const folder = join(CASES!, name);
        return { name, folder, references: folder, relative: 1e-3 };
      })
    : []),
];

after(() => engines.dispose());

for (const { name, folder, references, relative } of workspaces) {
  const { checkpoints } = JSON.parse(readFileSync(join(references, 'reference.json'), 'utf8')) as {
    checkpoints: Record<string, Reference>;
  };
  describe(`the spectrum of ${name} against PyTorch`, () => {
    for (const [file, reference] of Object.entries(checkpoints)) {
      const isSmall = reference.by_tensor !== undefined;
      it(`${file}: eigenvalues at both ends, trace`, async function () {
        this.timeout(600_000);
        const result = await last({
          checkpoint: join(folder, file),
          largest: isSmall ? 20 : reference.largest.length,
          smallest: isSmall ? 5 : reference.smallest.length,
          tolerance: isSmall ? 1e-4 : 1e-3,
          trace: isSmall,
        });
        const [top] = reference.largest as [number];
        check(result.largest, reference.largest, relative, top);
        check(result.smallest, reference.smallest, relative, top);
        for (const pair of [...result.largest, ...result.smallest]) {
          assert.equal(pair.converged, pair.residual <= result.tolerance * Math.abs(pair.value));
        }
        if (reference.trace !== undefined) {
          closeTo(result.trace!.mean, reference.trace, 3 * result.trace!.standardError!, 'trace');
          closeTo(result.frobenius!.value, reference.frobenius!, 0.03 * reference.frobenius!, 'Frobenius norm');
        }
      });
    }
  });
}

describe('a spectrum', () => {
  const checkpoint = join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt');
  const reference = (
    JSON.parse(readFileSync(join(CNN_REFERENCE, 'reference.json'), 'utf8')) as {
      checkpoints: Record<string, Required<Reference>>;
    }
  ).checkpoints['runs/batch-32/epoch_024.pt']!;

  it('counts what lies below −τ within its uncertainty, and calls a saddle a saddle', async function () {
    this.timeout(300_000);
    const { negative, tau, verdict, sampling } = await last({ checkpoint, largest: 5, smallest: 3, density: true });
    closeTo(tau, 1e-3 * reference.largest[0]!, 1e-6, 'τ');
    const { value, uncertainty } = negative!.count;
    closeTo(value, reference['count_below_minus_1e-3_of_max'], 2 * uncertainty, 'count');
    assert.ok(uncertainty < 8, `uncertainty ${uncertainty}`);
    assert.match(
      verdict,
      /^A saddle: most negative -0\.1\d+ ± 0\.0\d+ against 29\.96\d* at the top; \d+\.\d ± \d\.\d below −τ = -0\.02996\d*\.$/,
    );
    assert.ok(sampling.largest! > 0 && sampling.smallest! > 0);
  });

  it('by tensor is that of each block', async function () {
    this.timeout(300_000);
    const { byTensor } = await last({ checkpoint, largest: 1, smallest: 0, byTensor: true });
    const expected = reference.by_tensor;
    assert.deepEqual(
      byTensor!.map(({ name }) => name),
      Object.keys(expected),
    );
    for (const { name, largest, trace } of byTensor!) {
      closeTo(largest.value, expected[name]!.lambda_max, 1e-3 * Math.abs(expected[name]!.lambda_max) + 1e-5, name);
      closeTo(
        trace.mean,
        expected[name]!.trace,
        4 * trace.standardError! + 1e-4 * Math.abs(expected[name]!.trace),
        name,
      );
    }
  });

  it('of the Gauss–Newton matrix has nothing below zero', async () => {
    const result = await last({ checkpoint, largest: 2, smallest: 1, operator: 'ggn', samples: 200 });
    assert.ok(result.smallest[0]!.value >= -result.smallest[0]!.residual - 1e-5);
    assert.match(result.verdict, /^No direction bends downwards/);
  });

  it('is the same for the same seed, whatever the number of threads', async () => {
    const results = await Promise.all(
      [1, 2].map(threads => last({ checkpoint, largest: 3, samples: 100, trace: true, threads })),
    );
    const [one, other] = results.map(({ provenance: _, ...rest }) => rest);
    assert.deepEqual(one, other);
  });

  it('draws the loss along eigenvectors on both splits', async () => {
    const { along, largest } = await last({ checkpoint, largest: 1, smallest: 1, along: 1, samples: 200 });
    assert.deepEqual(
      along!.map(({ end, index }) => [end, index]),
      [
        ['largest', 0],
        ['smallest', 0],
      ],
    );
    const [{ t, splits, eigenvalue }] = along as [EigenvectorLine];
    assert.equal(eigenvalue, largest[0]!.value);
    const middle = (t.length - 1) / 2;
    assert.equal(t[middle], 0);
    const { train, test } = splits as Required<typeof splits>;
    await withProblem({ checkpoint, split: 'test', samples: 200 }, async ({ objective }) => {
      assert.equal(test.loss[middle], (await objective.evaluate(objective.origin, never)).loss);
    });
    // The second difference over the innermost points is near the eigenvalue, the third derivative left out.
    const [before, here, after] = [-1, 0, 1].map(step => Number(train.loss[middle + step]));
    const curvature = (before! - 2 * here! + after!) / t[middle + 1]! ** 2;
    closeTo(curvature, eigenvalue, 0.2 * eigenvalue, 'curvature');
  });

  it('refuses more pairs than fit the memory, and says what would fit', async () => {
    await assert.rejects(last({ checkpoint, memoryBytes: 1e6 }), {
      kind: 'input',
      message: /takes about .* of memory .*, or look for fewer eigenvalues\.$/,
    });
  });
});

describe('the spectrum of a closed form', () => {
  before(function () {
    if (!CASES) this.skip();
  });

  it('the Laplacian: the two largest to 1e-5, the smallest not converged rather than wrong', async function () {
    this.timeout(120_000);
    const folder = await mkdtemp(join(tmpdir(), 'basin-laplacian-'));
    try {
      for (const ending of ['onnx', 'npz']) {
        await copyFile(join(CASES!, 'closed-form', `laplacian.${ending}`), join(folder, `laplacian.${ending}`));
      }
      await writeFile(join(folder, 'basin.json'), JSON.stringify({ model: 'laplacian.onnx', loss: 'output' }));
      const { largest, smallest } = await last({ checkpoint: join(folder, 'laplacian.npz'), largest: 2, smallest: 1 });
      closeTo(largest[0]!.value, 3.99999015011332, 4e-5, 'largest');
      closeTo(largest[1]!.value, 3.99996060055035, 4e-5, 'second');
      assert.equal(smallest[0]!.converged, false);
      closeTo(smallest[0]!.value, 9.84988667674e-6, smallest[0]!.residual, 'smallest');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the plane of the leading eigenvectors', () => {
  it('is drawn so that the quadratic model moves by 1 at 1 on each axis, and keeps its eigenvalues', async () => {
    const checkpoint = join(DIGITS_MLP, 'runs/sgd/step_00300.pt');
    // So close to the checkpoint that the quadratic model holds: ½·λ·(0.01·√(2/λ))² is 1e-4.
    const request = { checkpoint, plane: 'eigen', grid: { columns: 3, rows: 3 }, range: 0.01, threads: 2 };
    let result: SurfaceResult | null = null;
    for await (const update of surface(request, { engines, signal: never })) result = update.result;
    const { x, y, loss, plane, origin } = result!;
    assert.equal(plane.kind, 'eigen');
    assert.ok(plane.eigenvalues!.every(({ converged, value }) => converged && value > 0));
    closeTo(Number(plane.cosine), 0, 1e-5, 'cosine');
    const cell = (row: number, column: number): number => Number(loss[row]![column]);
    // The mean of both sides leaves out the slope.
    const rises = [(cell(1, 0) + cell(1, 2)) / 2, (cell(0, 1) + cell(2, 1)) / 2].map(
      mean => mean - Number(origin.loss),
    );
    for (const rise of rises) closeTo(rise, 1e-4, 5e-6, 'rise');
    assert.deepEqual(
      [x, y],
      [
        [-0.01, 0, 0.01],
        [-0.01, 0, 0.01],
      ],
    );
    assert.deepEqual(readResultDocument('it', JSON.stringify(result)), result);
  });
});

describe('a convexity map', () => {
  const checkpoint = join(DIGITS_MLP, 'runs/sgd/step_00300.pt');
  const map = async (range: number): Promise<ConvexityResult> => {
    let result: ConvexityResult | null = null;
    const request = { checkpoint, grid: { columns: 3, rows: 3 }, range, threads: 2 };
    for await (const update of convexity(request, { engines, signal: never })) result = update.result;
    assert.ok(result?.complete);
    return result;
  };

  it("has the checkpoint's own eigenvalues in its middle", async function () {
    this.timeout(120_000);
    const { checkpoints } = JSON.parse(readFileSync(join(DIGITS_MLP, 'reference.json'), 'utf8')) as {
      checkpoints: Record<string, Reference>;
    };
    const reference = checkpoints['runs/sgd/step_00300.pt']!;
    const { largest, smallest, ratio } = await map(0.5);
    const [top, bottom] = [largest[1]![1] as Eigenvalue, smallest[1]![1] as Eigenvalue];
    // A residual knows of the products' own rounding, and not of what float32 activations share in all of them.
    closeTo(top.value, reference.largest[0]!, top.residual + 1e-6 * top.value, 'largest');
    closeTo(bottom.value, reference.smallest[0]!, 2 * bottom.residual, 'smallest');
    assert.equal(ratio[1]![1], Math.abs(bottom.value / top.value));
    for (const cell of [...largest.flat(), ...smallest.flat()] as Eigenvalue[]) {
      assert.equal(cell.converged, cell.residual <= 1e-2 * Math.abs(cell.value));
    }
  });

  it('marks cells where nothing can be computed', async () => {
    const { largest, ratio } = await map(1e38);
    assert.deepEqual([largest[0]![0], ratio[0]![0]], ['NaN', 'NaN']);
    assert.equal((largest[1]![1] as Eigenvalue).converged, true);
  });
});
