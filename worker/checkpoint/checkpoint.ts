import type { LazyTensor, UnreadableTensor } from '../tensor.ts';
import type { Position } from './position.ts';

/** A checkpoint: named tensors that stay in its file, or its files, until read. */
export interface Checkpoint {
  /** Format as shown to the user: `PyTorch zip`, `safetensors`, `safetensors, 3 shards`, `NumPy npz`. */
  readonly format: string;
  /** Name of the file or the folder, for messages. */
  readonly name: string;
  /** Path of the file that was read first; absent where it was read from memory. */
  readonly file?: string;
  /** From the content where it says so, else from a trainer's note beside it, else from its name. */
  readonly position: Position;
  /** In the file's order, under the file's names. */
  readonly tensors: readonly LazyTensor[];
  /** Tensors that are there but cannot be read, which only matters to who needs them. */
  readonly unreadable: readonly UnreadableTensor[];
  /** What the file says of the network that the tensors belong to, where it says anything. */
  readonly architecture?: Architecture;
  /** Sentences about how the tensors are stored, such as that they were rounded to eight bits. */
  readonly notes?: readonly string[];
  close(): Promise<void>;
}

/** The architecture that a checkpoint brings along; it stays in the file until read. */
export interface Architecture {
  /**
   * `layers`: a serialised Keras model, which TensorFlow.js's layers share; `graph`: the operators of a TensorFlow.js
   * GraphModel, a GraphDef as JSON.
   */
  readonly format: 'layers' | 'graph';
  /** What messages call it, such as `model.keras#config.json`. */
  readonly name: string;
  /** Throws `input` where it is no JSON or too large, and what the file's reader throws. */
  read(): Promise<ArchitectureDescription>;
}

/** JSON as the file has it: nothing in it has been checked. */
export interface ArchitectureDescription {
  /** Of `layers`, an object with `class_name` and `config`; of `graph`, a GraphDef with its `node`s. */
  readonly model: unknown;
  /** How the model was compiled (Keras's `compile_config` or `training_config`), loss included; null where not said. */
  readonly training: unknown;
}

/** What a format's reader finds in a file; the rest of a checkpoint is the same for all. */
export interface Content extends Position, Pick<Checkpoint, 'tensors' | 'unreadable' | 'architecture' | 'notes'> {
  /** Where it says more than the format's name. */
  readonly format?: string;
  /** Closes other files that belong to it. */
  close?(): Promise<void>;
}
