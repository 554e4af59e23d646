import assert from 'node:assert/strict';
import { gaussians } from '../../../worker/direction/gaussian.ts';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { add, conv, logSoftmax, matMul, mul, neg, reshape, sumAll, sumRows } from '../../../worker/graph/arithmetic.ts';
import { gradient } from '../../../worker/graph/derivatives.ts';
import { apply, type Graph, input, parameter, type Value } from '../../../worker/graph/graph.ts';
import { buildGraph } from '../../../worker/graph/onnx/build.ts';
import { readModel } from '../../../worker/graph/onnx/read.ts';
import { writeModel } from '../../../worker/graph/onnx/write.ts';
import {
  differentiable,
  gaussNewtonVectorProduct,
  hessianVectorProduct,
  lossGradient,
  perExampleCurvature,
  perExampleGaussNewtonCurvature,
  perExampleGradientProduct,
  runnable,
} from '../../../worker/graph/products.ts';
import type { Dense, ValueType } from '../../../worker/graph/types.ts';
import { elementCount } from '../../../worker/tensor.ts';

/** A small network of everything that the graph's own rewriting touches, with its loss. */
const x = input('x', 'float32', [3, 2, 6, 6]);
const targets = input('targets', 'float32', [3, 4]);
const statistics = [input('mean', 'float32', [4]), input('variance', 'float32', [4])];
const parameters = [
  parameter('conv', [4, 2, 3, 3]),
  parameter('gamma', [4]),
  parameter('beta', [4]),
  parameter('fc', [16, 4]),
  parameter('bias', [4]),
];
const [kernel, gamma, beta, fc, bias] = parameters as [Value, Value, Value, Value, Value];
const window = { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 };
const normalized = apply('BatchNormalization', [conv(x, kernel, window), gamma, beta, ...statistics], {
  epsilon: 1e-5,
});
const output = add(matMul(reshape(apply('Softplus', [normalized]), [3, 16]), fc), bias);
const losses = neg(sumRows(mul(targets, logSoftmax(output, 1))));
const loss = differentiable({ loss: sumAll(losses), losses, output, parameters });
const vector = parameters.map(({ name, shape }) => input(`vector ${name}`, 'float32', shape));

const leaves = new Map<Value, Dense>(
  [x, targets, ...statistics, ...parameters, ...vector].map(leaf => {
    const data = gaussians(['products', leaf.name], elementCount(leaf.shape));
    const isPositive = leaf.name === 'variance' || leaf.name === 'targets';
    return [leaf, { shape: leaf.shape, data: isPositive ? data.map(Math.abs) : data }];
  }),
);

const evaluate = (values: readonly Value[], at = leaves): Float64Array[] =>
  evaluateReference(values, at).map(({ data }) => data);

const dot = (a: readonly Float64Array[], b: readonly Float64Array[]): number =>
  a.reduce((sum, part, index) => sum + part.reduce((own, value, at) => own + value * b[index]![at]!, 0), 0);

const vectors = vector.map(leaf => leaves.get(leaf)!.data);

/** The leaves with the parameters moved along the vector. */
const moved = (step: number): Map<Value, Dense> => {
  const at = new Map(leaves);
  parameters.forEach((leaf, index) => {
    const { shape, data } = leaves.get(leaf)!;
    at.set(leaf, { shape, data: data.map((value, element) => value + step * vectors[index]![element]!) });
  });
  return at;
};

const STEP = 1e-5;

const close = (value: number, expected: number, what: string): void =>
  assert.ok(Math.abs(value - expected) <= 1e-5 * Math.max(1, Math.abs(expected)), `${what}: ${value}, not ${expected}`);

describe('products of derivatives', () => {
  it("the gradient is the loss's slope, and the Hessian-vector product the gradient's", () => {
    const slope =
      (evaluate([loss.loss], moved(STEP))[0]![0]! - evaluate([loss.loss], moved(-STEP))[0]![0]!) / (2 * STEP);
    close(dot(evaluate(lossGradient(loss)), vectors), slope, 'slope');
    const [before, after] = [-STEP, STEP].map(step => evaluate(lossGradient(loss), moved(step)));
    const products = evaluate(hessianVectorProduct(loss, vector));
    products.forEach((product, index) => {
      product.forEach((value, at) => {
        close(value, (after![index]![at]! - before![index]![at]!) / (2 * STEP), `${parameters[index]!.name} ${at}`);
      });
    });
  });

  it("the Gauss–Newton product is the curvature of the loss in the output's tangent", () => {
    const slope = (at: number): Float64Array => evaluate([output], moved(at))[0]!;
    const [before, after] = [slope(-STEP), slope(STEP)];
    const tangents = before.map((value, index) => (after[index]! - value) / (2 * STEP));
    const logits = input('logits', 'float32', output.shape);
    const alone = sumAll(neg(sumRows(mul(targets, logSoftmax(logits, 1)))));
    const lossAt = (step: number): number => {
      const data = evaluate([output])[0]!.map((value, index) => value + step * tangents[index]!);
      return evaluate([alone], new Map(leaves).set(logits, { shape: output.shape, data }))[0]![0]!;
    };
    const curvature = (lossAt(1e-4) - 2 * lossAt(0) + lossAt(-1e-4)) / 1e-8;
    close(dot(evaluate(gaussNewtonVectorProduct(loss, vector)), vectors), curvature, 'vᵀGv');
  });

  it('what examples have of their own adds up to the whole', () => {
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    const whole = [
      [perExampleGradientProduct(loss, vector), lossGradient(loss)],
      [perExampleCurvature(loss, vector), hessianVectorProduct(loss, vector)],
      [perExampleGaussNewtonCurvature(loss, vector), gaussNewtonVectorProduct(loss, vector)],
    ] as const;
    for (const [perExample, product] of whole) {
      const [examples] = evaluate([perExample]);
      assert.equal(examples!.length, 3);
      close(sum(examples!), dot(evaluate(product), vectors), 'sum');
    }
  });

  it('the gradient by the input is the slope along it', () => {
    const [byInput] = evaluate([gradient(loss.loss, [x])[0]!]);
    const data = leaves.get(x)!.data;
    for (const element of [0, 17, 100, 215]) {
      const [before, after] = [-STEP, STEP].map(step => {
        const other = data.map((value, index) => (index === element ? value + step : value));
        return evaluate([loss.loss], new Map(leaves).set(x, { shape: x.shape, data: other }))[0]![0]!;
      });
      close(byInput![element]!, (after! - before!) / (2 * STEP), `element ${element}`);
    }
  });

  it('written as ONNX, it is a model that can be read again and means the same', () => {
    const products = runnable(hessianVectorProduct(loss, vector));
    const inputs = [x, targets, ...statistics, ...vector];
    const graph: Graph = {
      inputs: inputs as Graph['inputs'],
      outputs: products.map((value, index) => ({ name: `product ${index}`, value })),
    };
    const model = readModel(writeModel(graph), 'product.onnx');
    const types = new Map<string, ValueType>([...inputs, ...parameters].map(leaf => [leaf.name, leaf]));
    const again = buildGraph(model, { inputs: types, leaf: () => null, note: () => {} });
    const named = new Map([...leaves].map(([leaf, content]) => [(leaf as { name: string }).name, content]));
    const contents = new Map<Value, Dense>(again.inputs.map(leaf => [leaf, named.get(leaf.name)!]));
    const results = evaluate(
      again.outputs.map(({ value }) => value),
      contents,
    );
    evaluate(products).forEach((product, index) => {
      product.forEach((value, at) => {
        close(results[index]![at]!, value, `${parameters[index]!.name} ${at}`);
      });
    });
  });
});
