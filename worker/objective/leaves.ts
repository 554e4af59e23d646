/** Vectors that programs are opened with, where they hold more than θ. */
import type { ParameterSlot } from '../model/bind.ts';

/** Where each leaf's elements begin in such a vector. */
export type LeafLayout = ReadonlyMap<string, number>;

/** A leaf's place after θ. */
export type Leaf = Pick<ParameterSlot, 'name' | 'offset' | 'size'>;

/** θ as its slots say, and after it other leaves as theirs do. */
export function layoutOf(slots: readonly ParameterSlot[], others: readonly Leaf[] = []): LeafLayout {
  const size = slots.reduce((sum, slot) => sum + slot.size, 0);
  return new Map([
    ...slots.map(({ name, offset }) => [name, offset] as const),
    ...others.map(({ name, offset }) => [name, size + offset] as const),
  ]);
}

/** Both vectors, one after the other. */
export function joined(theta: Float32Array, others: Float32Array): Float32Array {
  const whole = new Float32Array(theta.length + others.length);
  whole.set(theta);
  whole.set(others, theta.length);
  return whole;
}
