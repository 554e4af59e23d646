/**
 * The leading eigenvalues of a loss Hessian: Basin's solver, or power iteration with deflation as PyHessian does it
 * (Yao et al. 2020: until an eigenvalue changes by less than a thousandth, at most 100 products each). Runs as a process
 * of its own and prints one JSON object.
 */
import { eigenpairs, type SymmetricOperator } from '../worker/analysis/krylov.ts';
import { basisSize } from '../worker/analysis/sizes.ts';
import { curvatureOperator } from '../worker/analysis/spectrum.ts';
import { removeSpan } from '../worker/analysis/trace.ts';
import { Engines } from '../worker/commands/context.ts';
import { openProblem } from '../worker/commands/problem.ts';
import { gaussians } from '../worker/direction/gaussian.ts';
import { dot, norm, scale } from '../worker/vector.ts';

export interface SpectrumBench {
  readonly checkpoint: string;
  readonly method: 'basin' | 'power';
  readonly pairs: number;
  readonly samples: number;
  readonly threads: number;
}

export interface SpectrumFigures {
  readonly seconds: number;
  readonly products: number;
  readonly values: readonly number[];
}

const TOLERANCE = 1e-4;
const POWER_CHANGE = 1e-3;
const POWER_PRODUCTS = 100;

const never = new AbortController().signal;

async function basin(operator: SymmetricOperator, pairs: number): Promise<Omit<SpectrumFigures, 'seconds'>> {
  const basis = basisSize(pairs, operator.size);
  const options = { largest: pairs, smallest: 0, tolerance: TOLERANCE, basis, maxProducts: 2000, seed: 0 };
  let last = null;
  for await (last of eigenpairs(operator, options, never));
  return { products: last!.products, values: last!.largest.map(({ value }) => value) };
}

async function power(operator: SymmetricOperator, pairs: number): Promise<Omit<SpectrumFigures, 'seconds'>> {
  const found: Float64Array[] = [];
  const values: number[] = [];
  let products = 0;
  for (let index = 0; index < pairs; index++) {
    let vector = gaussians(['power', index], operator.size);
    let value = Number.NaN;
    for (let step = 0; step < POWER_PRODUCTS; step++) {
      removeSpan(vector, found);
      scale(vector, 1 / norm(vector));
      const [image] = (await operator.apply([vector], never)) as [Float64Array];
      products++;
      const next = dot(vector, image);
      const change = Math.abs(next - value) / Math.abs(next);
      value = next;
      if (change < POWER_CHANGE) break;
      vector = image;
    }
    scale(vector, 1 / norm(vector));
    found.push(vector);
    values.push(value);
  }
  return { products, values };
}

async function measure({ checkpoint, method, pairs, samples, threads }: SpectrumBench): Promise<SpectrumFigures> {
  const engines = new Engines();
  const { objective, close } = await openProblem({ checkpoint, samples, threads }, { engines });
  const derivatives = objective.differentiate(objective.origin);
  const operator = curvatureOperator(derivatives, 'hessian', objective.origin.length);
  // Sessions are opened once for all products.
  await operator.apply([gaussians(['warm'], operator.size)], never);
  const start = performance.now();
  const figures = await (method === 'basin' ? basin : power)(operator, pairs);
  const seconds = (performance.now() - start) / 1000;
  await derivatives.close();
  await close();
  await engines.dispose();
  return { seconds, ...figures };
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2]!) as SpectrumBench)));
