/** Reads what one checkpoint was bound to into the layout of another of the same model. */
import { inputError } from '../errors.ts';
import { formatShape } from '../tensor.ts';
import type { Binding, BoundConstant, BoundInitializer, ParameterSlot } from './bind.ts';
import { kernelAxes, permuted, weightAxes } from './kernelLayout.ts';

/** A binding and the name of its checkpoint, for messages. */
export interface NamedBinding {
  readonly name: string;
  readonly binding: Binding;
}

/** A binding in the layout of another. */
export interface Aligned {
  readonly theta: Float32Array;
  readonly statistics: Float32Array;
  /** Constants of `first`, such as parameters held fixed as asked, of which `other` has other values. */
  readonly differing: readonly string[];
}

/**
 * The parameters and statistics of `other` as θ and the statistics of `first` are laid out, matched by what they are in the
 * model: names, ties and orientations may differ, since the same network is saved in several ways.
 * Throws `input`, naming both checkpoints, where `other` lacks one, has it in another shape or apart where `first` has one
 * tensor in two places, or is not finite.
 */
export function alignBinding(first: NamedBinding, other: NamedBinding): Aligned {
  const refuse = (problem: string) => inputError(`${other.name} cannot be joined to ${first.name}: ${problem}.`);
  const theta = new Float32Array(first.binding.theta.length);
  const statistics = new Float32Array(first.binding.statistics.length);
  const filled = new Set<ParameterSlot>();
  const differing: string[] = [];

  const fill = (into: Float32Array, slot: ParameterSlot, { name, shape, values }: Contents) => {
    if (shape.join() !== slot.shape.join()) {
      throw refuse(`${name} is ${formatShape(shape)} in the one and ${formatShape(slot.shape)} in the other`);
    }
    const odd = values.find(value => !Number.isFinite(value));
    if (odd !== undefined) throw refuse(`${name} holds ${odd}, to which no line leads; take an earlier checkpoint`);
    const place = into.subarray(slot.offset, slot.offset + slot.size);
    if (filled.has(slot) && place.some((value, index) => value !== values[index])) {
      throw refuse(
        `${slot.name} is one tensor in two places of the latter, and ${name} there is another in the former`,
      );
    }
    place.set(values);
    filled.add(slot);
  };

  for (const [initializer, bound] of first.binding.initializers) {
    const found = other.binding.initializers.get(initializer);
    if (found?.kind === 'parameter' && bound.kind === 'parameter') {
      const contents = contentsAt(found.slot, other.binding.theta);
      const turn = found.transposed ? asWeight : asKernel;
      fill(theta, bound.slot, found.transposed === bound.transposed ? contents : turn(contents));
    } else if (found?.kind === 'constant' && bound.kind === 'constant') {
      if (bound.statistic && found.statistic) {
        fill(statistics, bound.statistic, contentsAt(found.statistic, other.binding.statistics));
      } else if (!isEqual(bound, found)) {
        differing.push(bound.name);
      }
    } else if (found) {
      throw refuse(`"parameters" selects ${initializer} in one of them only; give patterns that fit the names of both`);
    } else {
      throw refuse(`the former holds nothing for ${initializer} of the model, and the latter does`);
    }
  }
  // What the first one leaves at the model file's own values.
  for (const [initializer, bound] of other.binding.initializers) {
    if (!first.binding.initializers.has(initializer)) differing.push(nameOf(bound));
  }
  return { theta, statistics, differing };
}

const nameOf = (bound: BoundInitializer): string => (bound.kind === 'parameter' ? bound.slot.name : bound.name);

/** A tensor's contents. */
export interface Contents {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const contentsAt = ({ name, shape, offset, size }: ParameterSlot, vector: Float32Array): Contents => ({
  name,
  shape,
  values: vector.subarray(offset, offset + size),
});

/** A kernel as the model has it. */
export const asWeight = (kernel: Contents): Contents => turned(kernel, weightAxes(kernel.shape.length));

/** A weight of the model as a file of kernels has it. */
export const asKernel = (weight: Contents): Contents => turned(weight, kernelAxes(weight.shape.length));

const turned = ({ name, shape, values }: Contents, axes: readonly number[]): Contents => ({
  name,
  shape: axes.map(axis => shape[axis]!),
  values: permuted(values, shape, axes),
});

function isEqual(one: BoundConstant, other: BoundConstant): boolean {
  const { data } = other.tensor;
  return (
    one.tensor.data.length === data.length &&
    one.transposed === other.transposed &&
    one.tensor.data.every((value: number | bigint, index: number) => Object.is(value, data[index]))
  );
}
