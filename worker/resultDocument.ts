/** Reads the results that are shown by themselves, whoever wrote them; their "kind" tells them apart. */
import { decodeCompare } from './compareDocument.ts';
import { decodeConvexity } from './convexityDocument.ts';
import { type Decode, DecodeError } from './decode.ts';
import { inputError, messageOf } from './errors.ts';
import { decodeInterpolation } from './interpolateDocument.ts';
import type {
  CompareResult,
  ConvexityResult,
  InterpolateResult,
  SharpnessResult,
  SpectrumResult,
  SurfaceResult,
  VolumeResult,
} from './results.ts';
import { decodeSharpness } from './sharpnessDocument.ts';
import { decodeSpectrum } from './spectrumDocument.ts';
import { decodeSurface } from './surfaceDocument.ts';
import { decodeVolume } from './volumeDocument.ts';

export type ResultDocument =
  | SurfaceResult
  | SpectrumResult
  | SharpnessResult
  | VolumeResult
  | ConvexityResult
  | InterpolateResult
  | CompareResult;

const decoders: { readonly [Kind in ResultDocument['kind']]: Decode<Extract<ResultDocument, { kind: Kind }>> } = {
  surface: decodeSurface,
  spectrum: decodeSpectrum,
  sharpness: decodeSharpness,
  volume: decodeVolume,
  convexity: decodeConvexity,
  interpolate: decodeInterpolation,
  compare: decodeCompare,
};

/**
 * The result that a file holds, every field of it checked.
 * @param name the file's, for messages.
 * Throws `input` with one sentence where it holds none of these, or a damaged one.
 */
export function readResultDocument(name: string, content: string): ResultDocument {
  const value = parse(name, content);
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(decoders, kind)) {
    throw inputError(
      `${name}: holds ${typeof kind === 'string' ? `a Basin result of the kind "${kind.slice(0, 40)}"` : 'no result of Basin'}; what can be shown is a landscape, a spectrum, sharpness, a volume, a convexity map, the line between two checkpoints or a comparison, as a panel exports it and basin prints it with --json.`,
    );
  }
  try {
    return decoders[kind as ResultDocument['kind']](value, '');
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw inputError(`${name}: ${error.message}; export it again.`);
  }
}

function parse(name: string, content: string): unknown {
  try {
    return JSON.parse(content.replace(/^\ufeff/, ''));
  } catch (error) {
    throw inputError(`${name}: is not JSON (${messageOf(error)}); export it again.`, error);
  }
}
