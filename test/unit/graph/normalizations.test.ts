import assert from 'node:assert/strict';
import { evaluateReference } from '../../../worker/engine/reference.ts';
import { add, conv } from '../../../worker/graph/arithmetic.ts';
import { toDense } from '../../../worker/graph/dense.ts';
import { apply, input, topologicalOrder, type Value } from '../../../worker/graph/graph.ts';
import { foldNormalizations } from '../../../worker/graph/normalizations.ts';
import { elementCount } from '../../../worker/tensor.ts';
import { contentsOf, Draw, positive } from './cases/case.ts';

/** A convolution with its normalisation, in a graph around both. */
interface Layer {
  readonly convolution: Value;
  readonly normalized: Value;
  readonly leaves: ReadonlyMap<Value, ReturnType<typeof toDense>>;
}

function drawLayer(draw: Draw): Layer {
  const group = draw.integer(1, 2);
  const [inGroup, outGroup] = draw.list(2, () => draw.integer(1, 3)) as [number, number];
  const channels = group * outGroup;
  const leaves = new Map<Value, ReturnType<typeof toDense>>();
  const leaf = (name: string, shape: readonly number[], isPositive = false): Value => {
    const value = input(name, 'float32', shape);
    leaves.set(value, toDense(contentsOf(isPositive ? positive(shape) : shape, `${draw.key}:${name}`)));
    return value;
  };
  const windows = { kernel_shape: [3, 2], strides: [1, 2], pads: [1, 0, 1, 1], dilations: [1, 1], group };
  const bias = draw.integer(0, 1) === 1 ? leaf('bias', [channels]) : undefined;
  const x = leaf('x', [2, group * inGroup, 4, 5]);
  const convolution = conv(x, leaf('weight', [channels, inGroup, 3, 2]), windows, bias);
  const statistics = [leaf('gamma', [channels]), leaf('beta', [channels]), leaf('average', [channels])];
  const inputs = [convolution, ...statistics, leaf('variance', [channels], true)];
  return { convolution, normalized: apply('BatchNormalization', inputs, { epsilon: 2 ** -10 }), leaves };
}

const operatorsOf = (values: readonly Value[]): string[] =>
  topologicalOrder(values).flatMap(value => (value.kind === 'applied' ? [value.operator] : []));

function check(outputs: readonly Value[], leaves: Layer['leaves'], isFolded: boolean): void {
  const folded = foldNormalizations(outputs);
  assert.equal(operatorsOf(folded).includes('BatchNormalization'), !isFolded);
  const expected = evaluateReference(outputs, leaves);
  evaluateReference(folded, leaves).forEach((own, index) => {
    assert.equal(own.data.length, elementCount(outputs[index]!.shape));
    own.data.forEach((element, at) => {
      const wanted = expected[index]!.data[at]!;
      assert.ok(Math.abs(element - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${element}, not ${wanted}`);
    });
  });
}

describe('normalisations', () => {
  for (const seed of [0, 1, 2, 3, 4, 5]) {
    const { convolution, normalized, leaves } = drawLayer(new Draw(`normalisation ${seed}`));
    it(`become part of the convolution before them (seed ${seed})`, () => check([normalized], leaves, true));
    it(`stay where the convolution is an output, too (seed ${seed})`, () =>
      check([normalized, convolution], leaves, false));
    it(`stay where something else uses the convolution (seed ${seed})`, () =>
      check([add(normalized, convolution)], leaves, false));
  }
});
