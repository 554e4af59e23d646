/** Reads a comparison back from JSON, as an exported one is, checking every field. */
import { count, type Decode, DecodeError, list, nullable, object, oneOf, optional, text } from './decode.ts';
import {
  type ComparedCheckpoint,
  type CompareResult,
  type Difference,
  type Measure,
  RUN_MEASURE_NAMES,
  type RunMeasureName,
  toJsonNumber,
} from './results.ts';
import { decodeMeasure } from './run/measurements.ts';
import { eigenvalue, provenance, size } from './surfaceDocument.ts';

/** The differences of more, each from each, are too many to send and to read. */
export const COMPARED_MAX = 50;

/** More of the largest eigenvalues than a table shows. */
export const COMPARED_EIGENVALUES_MAX = 100;

const WARNINGS_MAX = 1000;
const MEASURES_MAX = RUN_MEASURE_NAMES.length;

/** A list in which no measure stands twice. */
const ofMeasures =
  <T extends { readonly name: RunMeasureName }>(decode: Decode<T>): Decode<readonly T[]> =>
  (value, place) => {
    const own = list(decode, 0, MEASURES_MAX)(value, place);
    const twice = own.find(({ name }, index) => own.findIndex(other => other.name === name) !== index);
    if (twice !== undefined) throw new DecodeError(`"${place}" has ${twice.name} twice`);
    return own;
  };

const checkpoint = object<ComparedCheckpoint>({
  checkpoint: text,
  step: nullable(count),
  epoch: nullable(count),
  measures: ofMeasures(decodeMeasure),
  largest: list(eigenvalue, 0, COMPARED_EIGENVALUES_MAX),
  smallest: list(eigenvalue, 0, COMPARED_EIGENVALUES_MAX),
  provenance: optional(provenance),
  testProvenance: optional(provenance),
  problem: optional(text),
});

/** What a document says of a difference; its value follows from both measures. */
type Written = Omit<Difference, 'value'>;

const written = object<Written>({
  name: oneOf(...RUN_MEASURE_NAMES),
  standardError: nullable(size),
  isPaired: oneOf(true, false),
  verdict: oneOf('higher', 'lower', 'none', 'unknown'),
});

/** The differences of one checkpoint from another, of measures that both have. */
const differences =
  (own: ComparedCheckpoint, baseline: ComparedCheckpoint): Decode<readonly Difference[]> =>
  (value, place) =>
    ofMeasures(written)(value, place).map(({ name, ...rest }) => {
      const [measure, from] = [find(own, name), find(baseline, name)];
      if (!measure || !from) throw new DecodeError(`"${place}" has ${name}, which is not measured of both`);
      return { name, value: toJsonNumber(Number(measure.value) - Number(from.value)), ...rest };
    });

const find = ({ measures }: ComparedCheckpoint, name: RunMeasureName): Measure<RunMeasureName> | undefined =>
  measures.find(own => own.name === name);

/** By baseline, then by checkpoint. */
const matrix =
  (checkpoints: readonly ComparedCheckpoint[]): Decode<CompareResult['differences']> =>
  (value, place) => {
    const rows = list(row => row, checkpoints.length, checkpoints.length)(value, place);
    return checkpoints.map((baseline, index) => {
      const cells = list(cell => cell, checkpoints.length, checkpoints.length)(rows[index], `${place}[${index}]`);
      return checkpoints.map((own, at) => differences(own, baseline)(cells[at], `${place}[${index}][${at}]`));
    });
  };

/** The place of one of so many checkpoints. */
const placeAmong =
  (checkpoints: number): Decode<number> =>
  (value, place) => {
    const own = count(value, place);
    if (own >= checkpoints) throw new DecodeError(`"${place}" is no place among ${checkpoints} checkpoints`);
    return own;
  };

/** Groups of places, each place in one of them at most. */
const groups =
  (checkpoints: number): Decode<CompareResult['architectures']> =>
  (value, place) => {
    const own = list(list(placeAmong(checkpoints), 1, checkpoints), 0, checkpoints)(value, place);
    const places = own.flat();
    if (new Set(places).size < places.length) throw new DecodeError(`"${place}" has a checkpoint in two groups`);
    return own;
  };

/**
 * Checks every field of a comparison and keeps no other. The differences' values are found out anew, so that a document
 * cannot contradict itself.
 */
export const decodeCompare: Decode<CompareResult> = (value, place) => {
  const { checkpoints } = object<Pick<CompareResult, 'checkpoints'>>({
    checkpoints: list(checkpoint, 2, COMPARED_MAX),
  })(value, place);
  const { length } = checkpoints;
  return object<CompareResult>({
    kind: oneOf('compare'),
    checkpoints: () => checkpoints,
    baseline: placeAmong(length),
    differences: matrix(checkpoints),
    warnings: list(text, 0, WARNINGS_MAX),
    architectures: groups(length),
    complete: oneOf(true, false),
  })(value, place);
};
