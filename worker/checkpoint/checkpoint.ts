import type { LazyTensor, UnreadableTensor } from '../tensor.ts';

/** A checkpoint file: named tensors that stay in the file until read. */
export interface Checkpoint {
  /** Format as shown to the user: `PyTorch zip`, `PyTorch legacy`, `NumPy npz`. */
  readonly format: string;
  /** File name, for messages. */
  readonly name: string;
  /** Step or epoch: from the content where it says so, else from the last number in the file's name, else null. */
  readonly step: number | null;
  /** In the file's order, under the file's names. */
  readonly tensors: readonly LazyTensor[];
  /** Tensors that are there but cannot be read, which only matters to who needs them. */
  readonly unreadable: readonly UnreadableTensor[];
  close(): Promise<void>;
}

/** What a format's reader finds in a file; the rest of a checkpoint is the same for all. */
export type Content = Pick<Checkpoint, 'step' | 'tensors' | 'unreadable'>;
