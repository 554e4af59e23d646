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
