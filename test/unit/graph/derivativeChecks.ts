/** What every operator, and every graph of operators, is checked for by its derivatives. */
import assert from 'node:assert/strict';
import { gaussians } from '../../../worker/direction/gaussian.ts';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { add, mul, square, sumAll } from '../../../worker/graph/arithmetic.ts';
import { fromDense, toDense } from '../../../worker/graph/dense.ts';
import { gradient, tangent } from '../../../worker/graph/derivatives.ts';
import { type Graph, type InputValue, input, outputsOf, type Value } from '../../../worker/graph/graph.ts';
import { writeModel } from '../../../worker/graph/onnx/write.ts';
import { runnable } from '../../../worker/graph/products.ts';
import { decompose } from '../../../worker/graph/rewrite.ts';
import type { Dense, GraphType } from '../../../worker/graph/types.ts';
import { elementCount, type Tensor } from '../../../worker/tensor.ts';
import { runModel } from './run.ts';

/** One number array for each of several values. */
type Vector = readonly Float64Array[];

/** Half the distance of two points between which a difference is taken. */
const STEP = 1e-5;

/** Central differences err by about STEP² and the rounding of float64, constants of a graph by that of float32. */
const TOLERANCE = 2e-6;

/** What is exact but for float32 constants, which both sides have in common. */
const EXACT = 1e-10;

/** First and second derivatives in float32, relative to the largest element. */
const FLOAT32_TOLERANCE = 2e-5;

/** A value in terms of leaves, and a point to differentiate it at. */
export interface Expression {
  readonly leaves: readonly InputValue[];
  /** The leaves to differentiate by. */
  readonly wrt: readonly InputValue[];
  readonly value: Value;
  /** The leaves' contents. */
  readonly tensors: readonly Tensor<GraphType>[];
  /** What random vectors follow from. */
  readonly key: string;
}

/** An expression with everything its derivatives are made of. */
class Subject {
  readonly wrt: readonly InputValue[];
  /** The value as it was given, and the same in terms of operators that have derivatives. */
  readonly whole: Value;
  readonly value: Value;
  readonly cotangent: InputValue;
  readonly tangents: readonly InputValue[];
  private readonly point: ReadonlyMap<Value, Dense>;

  constructor(private readonly of: Expression) {
    this.wrt = of.wrt;
    this.whole = of.value;
    this.value = decompose([of.value])[0]!;
    this.cotangent = input('cotangent', this.value.type, this.value.shape);
    this.tangents = this.wrt.map((leaf, index) => input(`tangent${index}`, leaf.type, leaf.shape));
    this.point = new Map([
      ...of.tensors.map((tensor, index) => [of.leaves[index]!, toDense(tensor)] as const),
      [this.cotangent, { shape: this.value.shape, data: this.random('cotangent', this.value) }],
    ]);
  }

  /** Random numbers of a value's shape, rounded to float32. */
  private random(key: string, { shape }: Value): Float64Array {
    return gaussians([this.of.key, key], elementCount(shape)).map(Math.fround);
  }

  /** A random vector of the arguments' shapes; zero but for one argument where `only` is given. */
  vector(key: string, only?: number): Vector {
    return this.wrt.map((leaf, index) => {
      const numbers = this.random(`${key}${index}`, leaf);
      return only === undefined || only === index ? numbers : numbers.fill(0);
    });
  }

  /** Σ(u·y + ½y²) of the result y: a scalar whose second derivatives are those of the operator and more. */
  get scalar(): Value {
    return sumAll(add(mul(this.cotangent, this.value), mul(square(this.value), 0.5)));
  }

  /** Values at the point, or at a distance from it, with given tangents. Null values are zeros like `shapes`. */
  at(
    values: readonly (Value | null)[],
    shapes: readonly Value[],
    { tangents, offset, scale = 0 }: { tangents?: Vector; offset?: Vector; scale?: number } = {},
  ): Vector {
    const point = new Map(this.point);
    this.wrt.forEach((leaf, index) => {
      const { shape, data } = this.point.get(leaf)!;
      if (offset) point.set(leaf, { shape, data: data.map((x, at) => x + scale * offset[index]![at]!) });
      if (tangents) point.set(this.tangents[index]!, { shape, data: tangents[index]! });
    });
    const present = values.filter(value => value !== null);
    const results = evaluateReference(present, point)[Symbol.iterator]();
    return values.map((value, index) =>
      value ? results.next().value!.data : new Float64Array(elementCount(shapes[index]!.shape)),
    );
  }

  /** The derivative of values along a vector by a central difference. */
  difference(values: readonly (Value | null)[], shapes: readonly Value[], offset: Vector): Vector {
    const [ahead, behind] = [STEP, -STEP].map(scale => this.at(values, shapes, { offset, scale })) as [Vector, Vector];
    return ahead.map((column, index) => column.map((x, at) => (x - behind[index]![at]!) / (2 * STEP)));
  }

  /** The contents of everything a differentiated graph may be fed with. */
  feeds(tangents: Vector): Record<string, ReturnType<typeof fromDense>> {
    const all = new Map(this.point);
    this.tangents.forEach((leaf, index) => {
      all.set(leaf, { shape: leaf.shape, data: tangents[index]! });
    });
    return Object.fromEntries([...all].map(([leaf, { data }]) => [(leaf as InputValue).name, fromDense(data, leaf)]));
  }

  get inputs(): InputValue[] {
    return [...this.of.leaves, this.cotangent, ...this.tangents];
  }

  seeds(): Map<Value, Value> {
    return new Map(this.wrt.map((leaf, index) => [leaf, this.tangents[index]!]));
  }
}

const dot = (a: Vector, b: Vector): number =>
  a.reduce((sum, column, index) => sum + column.reduce((part, x, at) => part + x * b[index]![at]!, 0), 0);

const norm = (a: Vector): number => Math.sqrt(dot(a, a));

function assertNear(actual: Vector, expected: Vector, tolerance: number, what: string): void {
  const scale = Math.max(1, ...expected.map(column => column.reduce((most, x) => Math.max(most, Math.abs(x)), 0)));
  expected.forEach((column, index) => {
    column.forEach((x, at) => {
      const own = actual[index]![at]!;
      assert.ok(Math.abs(own - x) <= tolerance * scale, `${what} ${index}, element ${at}: ${own}, not ${x}`);
    });
  });
}

function assertSame(actual: number, expected: number, scale: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= EXACT * Math.max(1, scale), `${what}: ${actual}, not ${expected}`);
}

/** Gradient and tangent, by each argument alone and by all at once. */
export function checkFirst(of: Expression): void {
  const subject = new Subject(of);
  const { value, whole, wrt, cotangent } = subject;
  assertNear(subject.at([value], [value]), subject.at([whole], [value]), TOLERANCE, 'the operator in terms of others');

  const u = subject.at([cotangent], [cotangent]);
  const gradients = gradient(value, wrt, cotangent);
  const pulledBack = subject.at(gradients, wrt);
  gradients.forEach((own, index) => {
    if (own) assert.deepEqual([own.type, own.shape], [wrt[index]!.type, wrt[index]!.shape]);
  });
  for (const only of [undefined, ...wrt.keys()]) {
    const v = subject.vector('v', only);
    const expected = subject.difference([whole], [value], v);
    const seeds = new Map([...subject.seeds()].filter((_, index) => only === undefined || only === index));
    const [own] = tangent([value], seeds);
    if (own) assert.deepEqual([own.type, own.shape], [value.type, value.shape]);
    const pushed = subject.at([own!], [value], { tangents: v });
    assertNear(pushed, expected, TOLERANCE, 'J·v');
    assertSame(dot(pulledBack, v), dot(u, pushed), norm(u) * norm(pushed), '⟨Jᵀu, v⟩ and ⟨u, J·v⟩');
  }
}

/** The tangent of a combination of two vectors is the combination of their tangents. */
export function checkLinear(of: Expression): void {
  const subject = new Subject(of);
  const [own] = tangent([subject.value], subject.seeds());
  const [v, w] = [subject.vector('v'), subject.vector('w')];
  const combined = v.map((column, index) => column.map((x, at) => 2.5 * x - 0.5 * w[index]![at]!));
  const [ofV, ofW, ofBoth] = [v, w, combined].map(tangents => subject.at([own!], [subject.value], { tangents })[0]!);
  assertNear([ofBoth!], [ofV!.map((x, at) => 2.5 * x - 0.5 * ofW![at]!)], EXACT, 'J·(a·v + b·w)');
}

/** The Hessian of a scalar of the result: symmetric, and the derivative of the gradient. */
export function checkSecond(of: Expression): void {
  const subject = new Subject(of);
  const { wrt } = subject;
  const gradients = gradient(subject.scalar, wrt);
  const product = gradients.map(part => part && tangent([part], subject.seeds())[0]!);
  const [v, w] = [subject.vector('v'), subject.vector('w')];
  const [ofV, ofW] = [v, w].map(tangents => subject.at(product, wrt, { tangents })) as [Vector, Vector];
  assertSame(dot(w, ofV), dot(v, ofW), norm(w) * norm(ofV), '⟨w, H·v⟩ and ⟨v, H·w⟩');
  assertNear(ofV, subject.difference(gradients, wrt, v), 10 * TOLERANCE, 'H·v');
}

/** Runs a graph; the numbers of its outputs in order. */
export type Run = (graph: Graph, feeds: Readonly<Record<string, Tensor<GraphType>>>) => Promise<Vector>;

const runInOnnxRuntime: Run = async ({ inputs, outputs }, feeds) => {
  const written = runnable(outputsOf({ outputs })).map((value, index) => ({ name: `out${index}`, value }));
  const results = await runModel(writeModel({ inputs, outputs: written }), feeds, { optimized: true });
  return results.map(({ data }) => Float64Array.from(data, Number));
};

/** Everything together as an engine runs it, against the float64 reference of the same. */
export async function checkEngine(of: Expression, run: Run = runInOnnxRuntime): Promise<void> {
  const subject = new Subject(of);
  const { value, wrt, cotangent, scalar } = subject;
  const gradients = gradient(value, wrt, cotangent);
  const scalarGradients = gradient(scalar, wrt);
  const products = scalarGradients.map(part => part && tangent([part], subject.seeds())[0]!);
  const outputs = [...gradients, ...tangent([value], subject.seeds()), ...products].filter(output => output !== null);
  if (outputs.length === 0) return;
  const v = subject.vector('v');
  const expected = subject.at(outputs, outputs, { tangents: v });
  const graph = { inputs: subject.inputs, outputs: outputs.map((value, index) => ({ name: `out${index}`, value })) };
  const actual = await run(graph, subject.feeds(v));
  assertNear(actual, expected, FLOAT32_TOLERANCE, 'derivative');
}
