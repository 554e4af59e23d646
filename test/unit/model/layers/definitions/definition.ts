/** What Keras says that its layers compute, index by index. */
import type { Numbers } from '../numbers.ts';

export interface Definition {
  readonly layer: { readonly class_name: string; readonly config: object };
  /** Shapes of the inputs, examples included. */
  readonly inputs: readonly (readonly number[])[];
  /** Inputs lie between −scale and scale; 1 by default. */
  readonly scale?: number;
  /** Shapes of the weights by their paths below `layers/` in a file of Keras 3, in the order in which `expected` has them. */
  readonly weights?: Readonly<Record<string, readonly number[]>>;
  /** Paths of weights that are positive, such as variances. */
  readonly positive?: readonly string[];
  /** Arguments of the call besides the inputs. */
  readonly kwargs?: object;
  /** How many outputs there are; 1 by default. */
  readonly outputs?: number;
  readonly expected: (inputs: Numbers[], weights: Numbers[]) => Numbers | readonly Numbers[];
}

/** Examples. */
export const B = 2;

/** Sequences of six steps with four features. */
export const steps = [B, 6, 4] as const;

/** Images of 4×3 pixels with six channels. */
export const images = [B, 4, 3, 6] as const;

const tensorOf = (name: string) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } });

/** A functional model of one layer, as Keras 3 describes it. */
export function modelOf({ layer, inputs, kwargs = {}, outputs = 1 }: Definition): object {
  const declared = inputs.map((shape, index) => ({
    module: 'keras.layers',
    class_name: 'InputLayer',
    config: { batch_shape: [null, ...shape.slice(1)], dtype: 'float32', name: `x${index}` },
    name: `x${index}`,
    inbound_nodes: [],
  }));
  const given = inputs.map((_, index) => tensorOf(`x${index}`));
  const isMerge = ['Add', 'Subtract', 'Dot'].includes(layer.class_name);
  const own = {
    module: 'keras.layers',
    class_name: layer.class_name,
    config: { name: 'own', trainable: true, ...layer.config },
    name: 'own',
    inbound_nodes: [{ args: isMerge ? [given] : given, kwargs }],
  };
  const config = {
    name: 'functional',
    layers: [...declared, own],
    input_layers: inputs.map((_, index) => [`x${index}`, 0, 0]),
    output_layers: Array.from({ length: outputs }, (_, index) => ['own', 0, index]),
  };
  return { module: 'keras.src.models.functional', class_name: 'Functional', config };
}
