/** What is in a checkpoint, and its loss. */
import type { DType, UnreadableTensor } from '../tensor.ts';
import type { JsonNumber, Provenance } from './provenance.ts';

export interface InspectedTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** What a checkpoint tensor became in the model. */
export interface Match {
  readonly tensor: string;
  readonly initializer: string;
  readonly role: 'parameter' | 'statistic' | 'constant';
  /** `value`: the same contents, in this checkpoint or in one of its run; `tied`: the same contents in the model. */
  readonly rule: 'name' | 'prefix' | 'value' | 'tied';
  /** Whether the model holds it transposed. */
  readonly transposed?: true;
}

/** A network that a checkpoint holds beside its parameters. */
export interface OwnModel {
  readonly format: 'ONNX' | 'layers';
  /** The loss that it was compiled with, as "loss" in basin.json names it, where that is said and Basin has it. */
  readonly loss?: string;
}

export interface InspectResult {
  readonly kind: 'inspect';
  readonly checkpoint: string;
  readonly format: string;
  /** Training step or epoch, from the file's content, else its name. */
  readonly step: number | null;
  readonly tensors: readonly InspectedTensor[];
  /** Tensors that are in the file and cannot be read, each with a sentence that says why. */
  readonly unreadable: readonly UnreadableTensor[];
  /** The network that the checkpoint holds itself, so that basin.json need not name a model. */
  readonly ownModel?: OwnModel;
  /** Absent without a project. */
  readonly matched?: readonly Match[];
  readonly unmatched?: { readonly checkpoint: readonly string[]; readonly model: readonly string[] };
  /** Number of parameters (elements) of the objective. */
  readonly parameters?: number;
  readonly model?: string;
  /** What a user should know of how they were matched. */
  readonly notes?: readonly string[];
  /** Why the model could not be bound, where it could not. */
  readonly problem?: string;
}

export interface LossResult {
  readonly kind: 'loss';
  readonly checkpoint: string;
  readonly loss: JsonNumber;
  /** Standard error of the mean over the sample; `null` with fewer than two examples or where examples have no loss of their own. */
  readonly standardError: JsonNumber | null;
  /** Fraction of counted targets predicted right; `null` where the loss has no classes. */
  readonly accuracy: number | null;
  /** ‖∂L/∂θ‖, where it was asked for. */
  readonly gradientNorm?: JsonNumber;
  /** Its standard error over the sample, to first order; `null` where `standardError` is. */
  readonly gradientNormStandardError?: JsonNumber | null;
  readonly samples: number;
  readonly provenance: Provenance;
}
