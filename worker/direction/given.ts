import { inputError } from '../errors.ts';
import type { ParameterSlot } from '../model/bind.ts';
import { formatShape, type LazyTensor, toFloat32 } from '../tensor.ts';

/** Named tensors, however they are kept. */
export interface TensorSource {
  /** What messages call it. */
  readonly name: string;
  readonly tensors: readonly LazyTensor[];
}

/**
 * A direction from named tensors `<axis>/<parameter>`, taken as it is. A parameter without a tensor stays fixed.
 * @returns a vector like θ.
 * Throws `input` where a tensor fits no parameter, has another shape, or none fits.
 */
export async function givenDirection(
  source: TensorSource,
  axis: string,
  slots: readonly ParameterSlot[],
): Promise<Float32Array> {
  const direction = new Float32Array(slots.reduce((sum, slot) => sum + slot.size, 0));
  const prefix = `${axis}/`;
  const own = source.tensors.filter(tensor => tensor.name.startsWith(prefix));
  if (own.length === 0) {
    throw inputError(
      `${source.name}: it holds no array ${prefix}<parameter>; a directions file has one for each parameter of both directions, such as ${prefix}${slots[0]?.name}.`,
    );
  }
  for (const tensor of own) {
    const name = tensor.name.slice(prefix.length);
    const slot = slots.find(slot => slot.name === name) ?? slots.find(slot => slot.key === name);
    if (!slot) throw inputError(`${source.name}: ${tensor.name} belongs to no parameter of the checkpoint.`);
    if (slot.shape.join() !== tensor.shape.join()) {
      throw inputError(
        `${source.name}: ${tensor.name} is ${formatShape(tensor.shape)} and the parameter is ${formatShape(slot.shape)}.`,
      );
    }
    direction.set(toFloat32(await tensor.read()), slot.offset);
  }
  return direction;
}
