/** Reads volumes back from JSON, as kept and exported results hold them, checking every field. */
import { count, type Decode, list, nullable, number, object, oneOf, optional, text } from './decode.ts';
import {
  type FunctionVolume,
  type LocalVolume,
  type LogVolume,
  PRECONDITIONER_NAMES,
  type VolumePrior,
  type VolumeResult,
  type VolumeSettings,
} from './results.ts';
import { jsonNumber, provenance, size, source } from './surfaceDocument.ts';

/** More directions, classes and sentences are damage. */
const LIST_MAX = 100_000;

const whether: Decode<boolean> = oneOf(true, false);

const logVolume = object<LogVolume>({
  value: jsonNumber,
  lower: jsonNumber,
  upper: nullable(jsonNumber),
  effectiveSamples: jsonNumber,
  deviation: jsonNumber,
  verdict: oneOf('estimate', 'lower bound'),
});

const prior = object<VolumePrior>({
  sigma: size,
  from: oneOf('initialization', 'first', 'parameters', 'request'),
  source: optional(source),
});

const settings = {
  basin: oneOf('kl', 'loss'),
  cutoff: size,
  prior,
  preconditioner: oneOf(...PRECONDITIONER_NAMES),
  directions: count,
};

export const decodeVolumeSettings: Decode<VolumeSettings> = object<VolumeSettings>(settings);

const local = object<LocalVolume>({
  ...settings,
  logVolume,
  logMasses: list(jsonNumber, 0, LIST_MAX),
  radii: list(jsonNumber, 0, LIST_MAX),
  bracketError: size,
  roundingError: nullable(size),
  evaluations: count,
  sensitivity: optional(
    object<NonNullable<LocalVolume['sensitivity']>>({
      cutoffs: list(size, 2, LIST_MAX),
      logVolumes: list(logVolume, 2, LIST_MAX),
      slope: jsonNumber,
    }),
  ),
});

const ofFunction = object<FunctionVolume>({
  logProbability: number,
  standardError: size,
  reduction: oneOf('two classes', 'one against rest'),
  positive: optional(list(count, 0, LIST_MAX)),
  parts: list(number, 1, LIST_MAX),
  points: count,
  testPoints: count,
  initializations: count,
  scheme: oneOf('first checkpoint', 'PyTorch default'),
  source: optional(source),
  statistics: optional(oneOf('recomputed over the points')),
  converged: whether,
});

const fields = object<VolumeResult>({
  kind: oneOf('volume'),
  checkpoint: text,
  local: nullable(local),
  function: nullable(ofFunction),
  problems: list(text, 0, LIST_MAX),
  complete: whether,
  provenance,
});

/** Every direction has a mass and a radius, and there are no more of them than were asked for; every cutoff has a volume. */
export const decodeVolume: Decode<VolumeResult> = (value, place) => {
  const result = fields(value, place);
  const { local: own } = result;
  if (own !== null) {
    const at = `${place === '' ? '' : `${place}.`}local`;
    const { length } = list(jsonNumber, 0, own.directions)(own.logMasses, `${at}.logMasses`);
    list(jsonNumber, length, length)(own.radii, `${at}.radii`);
    const { cutoffs, logVolumes } = own.sensitivity ?? { cutoffs: [], logVolumes: [] };
    list(logVolume, cutoffs.length, cutoffs.length)(logVolumes, `${at}.sensitivity.logVolumes`);
  }
  return result;
};
