/** Reads sharpness back from JSON, as kept and exported results hold it, checking every field. */
import { count, type Decode, list, nullable, number, object, oneOf, optional, text } from './decode.ts';
import {
  type RescaledMeasure,
  type RescalingCheck,
  SHARPNESS_NAMES,
  type SharpnessMeasure,
  type SharpnessResult,
} from './results.ts';
import { jsonNumber, provenance, size, time } from './surfaceDocument.ts';

/** More measures, tensors of a layer, factors and points of a curve are damage. */
const LIST_MAX = 10_000;

const whether: Decode<boolean> = oneOf(true, false);
const end = nullable(jsonNumber);

const rescaled = object<RescaledMeasure>({ alpha: number, value: jsonNumber, lower: end, upper: end });

const measure = object<SharpnessMeasure>({
  name: oneOf(...SHARPNESS_NAMES),
  value: jsonNumber,
  lower: end,
  upper: end,
  converged: whether,
  epsilon: optional(number),
  rho: optional(number),
  m: optional(count),
  quadratic: optional(jsonNumber),
  tenIterations: optional(jsonNumber),
  noise: optional(size),
  evaluations: object<SharpnessMeasure['evaluations']>({
    losses: count,
    gradients: count,
    products: optional(count),
  }),
  rescaled: optional(list(rescaled, 0, LIST_MAX)),
  invariant: optional(whether),
  problem: optional(text),
});

const names = list(text, 0, LIST_MAX);

/** What was rescaled, and what it left as it was. */
export const decodeRescalingCheck = object<RescalingCheck>({
  pair: object<RescalingCheck['pair']>({ multiplied: names, divided: names, through: names }),
  pairs: count,
  alphas: list(number, 0, LIST_MAX),
  change: list(jsonNumber, 0, LIST_MAX),
  curve: object<RescalingCheck['curve']>({
    t: list(number, 0, LIST_MAX),
    loss: list(list(jsonNumber, 0, LIST_MAX), 0, LIST_MAX),
    deviation: list(jsonNumber, 0, LIST_MAX),
  }),
});

export const decodeSharpness: Decode<SharpnessResult> = object<SharpnessResult>({
  kind: oneOf('sharpness'),
  checkpoint: text,
  loss: jsonNumber,
  measures: list(measure, 0, LIST_MAX),
  rescaling: nullable(decodeRescalingCheck),
  rescalingProblem: optional(text),
  complete: whether,
  provenance,
});

/** What one measure gave, of which the store keeps each by itself: whoever asks for others too finds it again. */
export interface MeasuredSharpness {
  readonly loss: SharpnessResult['loss'];
  /** Several where the measure has several sizes. */
  readonly measures: readonly SharpnessMeasure[];
  /** When the computation that it belonged to began, ISO 8601, and how long it took itself. */
  readonly time: string;
  readonly seconds: number;
}

export const decodeMeasured: Decode<MeasuredSharpness> = object<MeasuredSharpness>({
  loss: jsonNumber,
  measures: list(measure, 1, LIST_MAX),
  time,
  seconds: size,
});
