import type { EigenpairState } from '../analysis/krylov.ts';
import { count, type Decode, list, number, object, oneOf, text } from '../decode.ts';
import type { SpectrumRequest } from '../protocol.ts';
import type { Source, SpectrumResult } from '../results.ts';
import { decodeSpectrum } from '../spectrumDocument.ts';
import { DEFAULT_LARGEST, DEFAULT_SMALLEST, DEFAULT_TOLERANCE } from '../spectrumPlan.ts';
import { Documents } from '../store/documents.ts';
import { Eigenvectors, type PlacedVector, type WarmStart } from '../store/eigenvectors.ts';
import { resultKey } from '../store/key.ts';
import { resultsFolder } from '../store/resultsFolder.ts';
import type { Context } from './context.ts';
import type { Problem } from './problem.ts';

/** A spectrum's place in the store. */
export interface KeptSpectrum {
  readonly key: string;
  /** What is there; null where nothing is. */
  read(): Promise<SpectrumResult | null>;
  /** Keeps what is known by now, unless the whole is there already. */
  write(result: SpectrumResult): Promise<void>;
  /** The eigenvectors to start from; null where there are none. */
  start(): Promise<WarmStart | null>;
  /** Keeps the eigenvectors that a search ended with, to start from. */
  keepVectors(found: EigenpairState): Promise<void>;
}

/**
 * The place of a spectrum in the store; null where nothing is kept.
 * @param others the problems of the other splits, along whose loss its eigenvectors are followed.
 */
export function keptSpectrum(
  request: SpectrumRequest,
  problem: Problem,
  others: readonly Problem[],
  { log = () => {} }: Pick<Context, 'log'>,
): KeptSpectrum | null {
  const folder = resultsFolder(request, problem.project);
  if (folder === undefined) return null;
  const documents = new Documents(folder, log);
  const eigenvectors = new Eigenvectors(documents);
  const { operator = 'hessian', along = 0 } = request;
  const settings = {
    operator,
    largest: request.largest ?? DEFAULT_LARGEST,
    smallest: request.smallest ?? DEFAULT_SMALLEST,
    tolerance: request.tolerance ?? DEFAULT_TOLERANCE,
    trace: request.trace ?? false,
    density: request.density ?? false,
    byTensor: request.byTensor ?? false,
    along: { count: along, on: others.map(other => resultKey('sample', other.provenance(), {})) },
  };
  const key = resultKey('spectrum', problem.provenance(), settings);
  const read = (): Promise<SpectrumResult | null> => documents.read(key, decodeSpectrum);
  const place = {
    provenance: problem.provenance(),
    position: problem.position,
    operator,
    slots: problem.objective.slots,
  };
  return {
    key,
    read,
    async write(result) {
      if (result.complete || !(await read())?.complete) await documents.write(key, result);
      if (result.complete) await note(documents, { key, ...settings }, problem);
    },
    start: () => eigenvectors.nearest(place),
    keepVectors: found => eigenvectors.keep(place, vectorsOf(found)),
  };
}

/** A spectrum that is kept, in what it holds. */
interface Noted {
  readonly key: string;
  readonly largest: number;
  readonly smallest: number;
  readonly tolerance: number;
  readonly trace: boolean;
}

/** The spectra of a checkpoint that are kept; the checkpoint as a provenance names it, so that pruning finds it. */
interface Notes {
  readonly provenance: { readonly checkpoint: Source };
  readonly spectra: readonly Noted[];
}

/** More are kept than are noted. */
const NOTED_MAX = 100;

const decodeNotes: Decode<Notes> = object<Notes>({
  provenance: object<Notes['provenance']>({ checkpoint: object<Source>({ file: text, digest: text }) }),
  spectra: list(
    object<Noted>({ key: text, largest: count, smallest: count, tolerance: number, trace: oneOf(true, false) }),
    0,
    NOTED_MAX,
  ),
});

const notesKey = (problem: Problem, operator: SpectrumResult['operator']): string =>
  resultKey('spectra', problem.provenance(), { operator });

/** Notes that a spectrum is kept, so that it is found by who needs less of it. */
async function note(documents: Documents, spectrum: Noted & Pick<SpectrumResult, 'operator'>, problem: Problem) {
  const { operator, key, largest, smallest, tolerance, trace } = spectrum;
  const place = notesKey(problem, operator);
  const spectra = (await documents.read(place, decodeNotes))?.spectra ?? [];
  if (spectra.some(own => own.key === key)) return;
  const noted = [{ key, largest, smallest, tolerance, trace }, ...spectra].slice(0, NOTED_MAX);
  const notes: Notes = { provenance: { checkpoint: problem.provenance().checkpoint }, spectra: noted };
  await documents.write(place, notes);
}

/** A kept spectrum that holds at least the eigenvalues, and the trace, that a request asks for; null where none is. */
export async function knownSpectrum(
  request: SpectrumRequest,
  problem: Problem,
  { log = () => {} }: Pick<Context, 'log'>,
): Promise<SpectrumResult | null> {
  const folder = resultsFolder(request, problem.project);
  if (folder === undefined) return null;
  const documents = new Documents(folder, log);
  const notes = await documents.read(notesKey(problem, request.operator ?? 'hessian'), decodeNotes);
  const { largest = DEFAULT_LARGEST, smallest = DEFAULT_SMALLEST, tolerance = DEFAULT_TOLERANCE, trace } = request;
  for (const own of notes?.spectra ?? []) {
    const isEnough =
      own.largest >= largest && own.smallest >= smallest && own.tolerance <= tolerance && (own.trace || trace !== true);
    const result = isEnough ? await documents.read(own.key, decodeSpectrum) : null;
    if (result?.complete) return result;
  }
  return null;
}

/** The vectors of all pairs: where one has not converged, its vector is a start nevertheless. */
const vectorsOf = ({ largest, smallest, subspace }: EigenpairState): PlacedVector[] =>
  (['largest', 'smallest'] as const).flatMap(end =>
    (end === 'largest' ? largest : smallest).map((_, index) => ({
      end,
      index,
      vector: () => subspace.vector(end, index),
    })),
  );
