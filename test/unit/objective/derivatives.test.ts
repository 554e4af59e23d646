import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../../../worker/commands/problem.ts';
import {
  CASES,
  CNN_REFERENCE,
  DIGITS_CNN,
  DIGITS_MLP,
  engines,
  never,
  withClosedForm,
  withProblem,
} from './problems.ts';

/** What PyTorch computed for a checkpoint; see each reference.json's note. */
interface Reference {
  readonly gradient_norm: number;
  /** H·v for v = sin(1), …, sin(n). */
  readonly hvp_sin?: { readonly vHv: number; readonly Hv_norm: number };
}

const workspaces = [
  { name: 'digits-mlp', folder: DIGITS_MLP, references: DIGITS_MLP },
  { name: 'digits-cnn', folder: DIGITS_CNN, references: CNN_REFERENCE },
  ...(CASES
    ? ['mnist-lenet', 'cifar10-resnet20'].map(name => ({
        name,
        folder: join(CASES!, name),
        references: join(CASES!, name),
      }))
    : []),
];

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
};
const norm = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));

const closeTo = (value: number, expected: number, relative: number, what: string): void =>
  assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${what}: ${value}, not ${expected}`);

/** sin(1), sin(2), …: the same in every tool, without a file. */
const sines = (count: number): Float64Array => Float64Array.from({ length: count }, (_, index) => Math.sin(index + 1));

async function withDerivatives(
  target: Parameters<typeof withProblem>[0],
  use: (derivatives: ReturnType<Problem['objective']['differentiate']>, problem: Problem) => Promise<void>,
): Promise<void> {
  await withProblem(target, problem => differentiating(problem, use));
}

/** Differentiates at a problem's own checkpoint. */
async function differentiating(problem: Problem, use: Parameters<typeof withDerivatives>[1]): Promise<void> {
  const derivatives = problem.objective.differentiate(problem.objective.origin);
  try {
    await use(derivatives, problem);
  } finally {
    await derivatives.close();
  }
}

after(() => engines.dispose());

for (const { name, folder, references } of workspaces) {
  const { checkpoints } = JSON.parse(readFileSync(join(references, 'reference.json'), 'utf8')) as {
    checkpoints: Record<string, Reference>;
  };
  describe(`derivatives of ${name} against PyTorch`, () => {
    for (const [file, reference] of Object.entries(checkpoints)) {
      it(`${file}: gradient norm and Hessian-vector product within 1e-4`, async function () {
        this.timeout(120_000);
        await withDerivatives({ checkpoint: join(folder, file) }, async (derivatives, { objective }) => {
          const { loss, gradient } = await derivatives.gradient(never);
          const { loss: evaluated } = await objective.evaluate(objective.origin, never);
          closeTo(loss, evaluated, 1e-6, 'loss');
          closeTo(norm(gradient), reference.gradient_norm, 1e-4, 'gradient norm');
          if (!reference.hvp_sin) return;
          const v = sines(gradient.length);
          const [product] = await derivatives.hessianVectorProducts([v], never);
          closeTo(dot(v, product!), reference.hvp_sin.vHv, 1e-4, 'vᵀHv');
          closeTo(norm(product!), reference.hvp_sin.Hv_norm, 1e-4, '‖Hv‖');
        });
      });
    }
  });
}

const FIXTURES = join(import.meta.dirname, '../../fixtures/derivatives');

describe("derivatives against PyTorch's double backward in float64", () => {
  for (const name of ['transformer', 'convolutional', 'recurrent', 'regression', 'binary']) {
    it(`${name}: gradient, Hessian and Gauss–Newton`, async () => {
      const reference = JSON.parse(readFileSync(join(FIXTURES, name, 'reference.json'), 'utf8')) as {
        readonly parameters: number;
        readonly loss: number;
        readonly gradient_norm: number;
        readonly products: Readonly<
          Record<'hessian' | 'gaussNewton', { readonly norm: number; readonly sin: number; readonly cos: number }>
        >;
      };
      await withDerivatives({ checkpoint: join(FIXTURES, name, 'checkpoint.pt') }, async derivatives => {
        const { loss, gradient } = await derivatives.gradient(never);
        assert.equal(gradient.length, reference.parameters);
        closeTo(loss, reference.loss, 1e-6, 'loss');
        closeTo(norm(gradient), reference.gradient_norm, 1e-4, 'gradient norm');
        const v = sines(gradient.length);
        const w = v.map((_, index) => Math.cos(index + 1));
        const products = {
          hessian: await derivatives.hessianVectorProducts([v], never),
          gaussNewton: await derivatives.gaussNewtonVectorProducts([v], never),
        };
        for (const kind of ['hessian', 'gaussNewton'] as const) {
          const [product] = products[kind];
          const expected = reference.products[kind];
          closeTo(norm(product!), expected.norm, 1e-4, `${kind} norm`);
          closeTo(dot(v, product!), expected.sin, 1e-4, `${kind} ⟨sin, ·⟩`);
          // The other direction's product is small by cancellation, so that its scale is the norms'.
          const difference = Math.abs(dot(w, product!) - expected.cos);
          assert.ok(difference <= 1e-5 * norm(w) * expected.norm, `${kind} ⟨cos, ·⟩ is off by ${difference}`);
        }
      });
    });
  }
});

describe('derivatives of closed forms', () => {
  before(function () {
    if (!CASES) this.skip();
  });

  const withGraph = (name: string, use: Parameters<typeof withDerivatives>[1]): Promise<void> =>
    withClosedForm(name, problem => differentiating(problem, use));

  it('the quadratic: H·v is λ·v to float32', () =>
    withGraph('quadratic', async (derivatives, { objective }) => {
      const count = objective.origin.length;
      const v = sines(count);
      const [product] = await derivatives.hessianVectorProducts([v], never);
      v.forEach((value, index) => {
        closeTo(product![index]!, (1 + (99 * index) / (count - 1)) * value, 3e-7, `element ${index}`);
      });
    }));

  it('the Laplacian: H·v is 2·v less its neighbours, to float32', () =>
    withGraph('laplacian', async (derivatives, { objective }) => {
      const v = sines(objective.origin.length);
      const [product] = await derivatives.hessianVectorProducts([v], never);
      v.forEach((value, index) => {
        const expected = 2 * value - (v[index - 1] ?? 0) - (v[index + 1] ?? 0);
        assert.ok(
          Math.abs(product![index]! - expected) < 1e-6,
          `element ${index}: ${product![index]}, not ${expected}`,
        );
      });
    }));

  for (const alpha of [1, 2, 5, 10]) {
    it(`the scaling toy at α = ${alpha}: its Hessian is known`, () =>
      withGraph(`alpha-scaling-${alpha}`, async derivatives => {
        const [first, second] = await derivatives.hessianVectorProducts(
          [Float64Array.of(1, 0), Float64Array.of(0, 1)],
          never,
        );
        // ½(w₁w₂ − 1)² at (α, 1/α).
        const expected = [alpha ** -2, 1, 1, alpha ** 2];
        [...first!, ...second!].forEach((value, index) => {
          closeTo(value, expected[index]!, 1e-6, `entry ${index}`);
        });
      }));
  }
});

describe('the other engines are second opinions', () => {
  const opinions = [
    { folder: DIGITS_MLP, file: 'runs/sgd/step_00300.pt', samples: 10 },
    { folder: DIGITS_CNN, file: 'runs/batch-32/epoch_024.pt', samples: 10 },
    ...['transformer', 'convolutional', 'recurrent', 'regression', 'binary'].map(name => ({
      folder: join(FIXTURES, name),
      file: 'checkpoint.pt',
      samples: 10,
    })),
    ...(CASES ? [{ folder: join(CASES, 'mnist-lenet'), file: 'runs/batch-64/epoch_024.pt', samples: 100 }] : []),
  ] as const;
  for (const { folder, file, samples } of opinions) {
    it(`${folder.split(/[\\/]/).at(-1)}: all engines agree to float32`, async function () {
      this.timeout(240_000);
      const results: { loss: number; gradient: Float64Array; product: Float64Array }[] = [];
      // In float64 plain loops take minutes where there are more examples.
      for (const engine of ['onnxruntime', 'tfjs', ...(samples > 10 ? [] : (['reference'] as const))] as const) {
        await withDerivatives({ checkpoint: join(folder, file), samples, engine }, async derivatives => {
          const { loss, gradient } = await derivatives.gradient(never);
          const [product] = await derivatives.hessianVectorProducts([sines(gradient.length)], never);
          results.push({ loss, gradient, product: product! });
        });
      }
      const expected = results.at(-1)!;
      for (const own of results.slice(0, -1)) {
        closeTo(own.loss, expected.loss, 1e-5, 'loss');
        for (const key of ['gradient', 'product'] as const) {
          const difference = norm(own[key].map((value, index) => value - expected[key][index]!));
          assert.ok(difference <= 1e-4 * norm(expected[key]), `${key} differs by ${difference / norm(expected[key])}`);
        }
      }
    });
  }
});

describe('derivatives at a point', () => {
  const checkpoint = join(DIGITS_MLP, 'runs/sgd/step_00300.pt');

  it('several vectors at once are what each is alone', () =>
    withDerivatives({ checkpoint, samples: 100 }, async (derivatives, { objective }) => {
      const v = sines(objective.origin.length);
      const vectors = [v, v.map(value => value ** 2), v.map(value => 1 - value)];
      for (const product of ['hessianVectorProducts', 'gaussNewtonVectorProducts'] as const) {
        const together = await derivatives[product](vectors, never);
        for (const [index, vector] of vectors.entries()) {
          const [alone] = await derivatives[product]([vector], never);
          const difference = together[index]!.map((value, at) => value - alone![at]!);
          assert.ok(norm(difference) <= 1e-5 * norm(alone!), `${product}: vector ${index}`);
        }
      }
    }));

  it("examples' gradient products add up to the gradient's, whatever the batches", () =>
    // 101 rows leave a short last batch.
    withDerivatives({ checkpoint, samples: 101 }, async (derivatives, { objective }) => {
      const { gradient } = await derivatives.gradient(never);
      const v = sines(gradient.length);
      const products = await derivatives.perExampleGradientProducts(v, never);
      assert.equal(products!.weights.length, 101);
      closeTo(products!.sums.reduce((sum, value) => sum + value, 0) / 101, dot(gradient, v), 1e-5, 'sum');
      assert.equal(objective.samples, 101);
    }));

  it("examples' curvatures add up to the product's", () =>
    withDerivatives({ checkpoint, samples: 101 }, async (derivatives, { objective }) => {
      const v = sines(objective.origin.length);
      for (const curvature of ['hessian', 'gaussNewton'] as const) {
        const [product] = await derivatives[`${curvature}VectorProducts`]([v], never);
        const curvatures = await derivatives.perExampleCurvatures(curvature, v, never);
        closeTo(curvatures!.sums.reduce((sum, value) => sum + value, 0) / 101, dot(v, product!), 1e-5, curvature);
      }
    }));

  it('the number of threads changes no bit', async () => {
    const results: number[][] = [];
    for (const threads of [1, 2]) {
      await withDerivatives({ checkpoint, samples: 300, threads }, async derivatives => {
        const { loss, gradient } = await derivatives.gradient(never);
        const [product] = await derivatives.hessianVectorProducts([sines(gradient.length)], never);
        results.push([loss, ...gradient, ...product!]);
      });
    }
    assert.deepEqual(results[0], results[1]);
  });

  it('a weight decay adds λθ to the gradient and λv to a product', async () => {
    const results: { gradient: Float64Array; product: Float64Array; theta: Float32Array }[] = [];
    for (const weightDecay of [0, 0.5]) {
      await withWeightDecay(weightDecay, async (derivatives, { objective }) => {
        const { gradient } = await derivatives.gradient(never);
        const [product] = await derivatives.hessianVectorProducts([sines(gradient.length)], never);
        results.push({ gradient, product: product!, theta: objective.origin });
      });
    }
    const [plain, decayed] = results as [(typeof results)[0], (typeof results)[0]];
    plain.gradient.forEach((value, index) => {
      assert.equal(decayed.gradient[index], value + 0.5 * plain.theta[index]!);
      assert.equal(decayed.product[index], plain.product[index]! + 0.5 * Math.sin(index + 1));
    });
  });

  async function withWeightDecay(weightDecay: number, use: Parameters<typeof withDerivatives>[1]): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'basin-decay-'));
    try {
      for (const name of ['model.onnx', 'train.npz']) await copyFile(join(DIGITS_MLP, name), join(folder, name));
      await copyFile(checkpoint, join(folder, 'checkpoint.pt'));
      const data = { train: { inputs: 'train.npz#x', targets: 'train.npz#y' } };
      const loss = { kind: 'cross-entropy', weightDecay };
      await writeFile(join(folder, 'basin.json'), JSON.stringify({ model: 'model.onnx', data, loss }));
      await withDerivatives({ checkpoint: join(folder, 'checkpoint.pt'), samples: 50 }, use);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('a cancelled product is interrupted, and the next one is right', () =>
    withDerivatives(
      { checkpoint: join(DIGITS_CNN, 'runs/batch-32/epoch_024.pt') },
      async (derivatives, { objective }) => {
        const v = sines(objective.origin.length);
        const stop = new AbortController();
        const cut = derivatives.hessianVectorProducts([v], stop.signal);
        stop.abort();
        await assert.rejects(cut, { kind: 'interrupted' });
        const [product] = await derivatives.hessianVectorProducts([v], never);
        assert.ok(norm(product!) > 0);
      },
    ));
});
