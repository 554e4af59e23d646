import type { ExampleValues } from '../analysis/difference.ts';
import type { SharpnessPoint } from '../analysis/sharpness/point.ts';
import { type Decode, list, number, object, oneOf, optional } from '../decode.ts';
import type { Evaluation, Predictions } from '../objective/evaluation.ts';
import type { Provenance } from '../results.ts';
import type { Documents } from '../store/documents.ts';
import { resultKey } from '../store/key.ts';
import { provenance } from '../surfaceDocument.ts';
import type { Problem } from './problem.ts';

/** What a checkpoint does on each example, as documents hold it. */
interface KeptExamples {
  readonly kind: 'examples';
  readonly perExample: readonly number[];
  readonly weights: readonly number[];
  readonly counted?: readonly number[];
  readonly correct?: readonly number[];
  readonly provenance: Provenance;
}

/** Of more examples the document is large, and evaluating them again the smaller evil. */
const EXAMPLES_MAX = 100_000;

/** What checkpoints do on each example, computed once and kept. */
export class ExampleMeasurer {
  readonly #problem: Problem;
  readonly #documents: Documents | null;

  /** @param documents where results are kept; null where they are not. */
  constructor(problem: Problem, documents: Documents | null) {
    this.#problem = problem;
    this.#documents = documents;
  }

  /** At the problem's checkpoint. Throws `interrupted` when the signal fires. */
  async measure(point: SharpnessPoint, signal: AbortSignal): Promise<ExampleValues> {
    const key = resultKey('examples', this.#problem.provenance(), {});
    const known = await this.#documents?.read(key, decodeExamples);
    if (known) return valuesOf(known);
    const evaluation = await point.evaluateHere(signal);
    const document = documentOf(evaluation, this.#problem.provenance());
    if (document !== null) await this.#documents?.write(key, document);
    return evaluation;
  }
}

/** Null where examples have no loss of their own, or one that is not finite, which JSON does not hold. */
function documentOf({ perExample, weights, predictions }: Evaluation, own: Provenance): KeptExamples | null {
  if (perExample === null || weights === null || perExample.length > EXAMPLES_MAX) return null;
  if (!perExample.every(Number.isFinite)) return null;
  return {
    kind: 'examples',
    perExample: [...perExample],
    weights: [...weights],
    ...(predictions && { counted: [...predictions.counted], correct: [...predictions.correct] }),
    provenance: own,
  };
}

function valuesOf({ perExample, weights, counted, correct }: KeptExamples): ExampleValues {
  const predictions: Predictions | undefined = counted &&
    correct && { counted: Float64Array.from(counted), correct: Float64Array.from(correct) };
  return {
    perExample: Float64Array.from(perExample),
    weights: Float64Array.from(weights),
    ...(predictions && { predictions }),
  };
}

/** As many numbers of every kind as there are examples. */
const decodeExamples: Decode<KeptExamples> = (value, place) => {
  const numbers = (least: number, most: number) => list(number, least, most);
  const { perExample } = object<Pick<KeptExamples, 'perExample'>>({ perExample: numbers(1, EXAMPLES_MAX) })(
    value,
    place,
  );
  const each = numbers(perExample.length, perExample.length);
  return object<KeptExamples>({
    kind: oneOf('examples'),
    perExample: each,
    weights: each,
    counted: optional(each),
    correct: optional(each),
    provenance,
  })(value, place);
};
