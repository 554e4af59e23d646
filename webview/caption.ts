/** Says exactly what was computed, in two sentences and the notes the worker made. */
import type { Plane, Provenance, SurfaceResult } from '../worker/results.ts';
import { formatCount, formatDuration, formatTime } from './format.ts';

export interface Caption {
  /** What was computed. */
  readonly what: string;
  /** By what, how long it took and when. */
  readonly how: string;
  readonly notes: readonly string[];
}

export function caption({ checkpoint, plane, provenance }: SurfaceResult): Caption {
  const { engine, device, threads, dtype, seconds, time } = provenance;
  const normalization = provenance.mode.batchNorm === 'held' ? 'BatchNorm statistics held' : 'no BatchNorm';
  return {
    what:
      `${capitalize(lossOf(provenance))} of ${checkpoint} in ${provenance.model.file}, ${sampleOf(provenance)}, ` +
      `${normalization}, along ${directionsOf(plane)}.`,
    how:
      `Computed by ${engine} on ${device}, ${formatCount(threads)} ${threads === 1 ? 'thread' : 'threads'}, ${dtype}; ` +
      `${formatDuration(seconds)}, begun ${formatTime(time)}.`,
    notes: provenance.notes,
  };
}

const lossOf = ({ loss, data }: Provenance): string => (data === undefined ? loss : `mean ${loss}`);

function sampleOf({ data, split, rows, samples, seed }: Provenance): string {
  if (data === undefined) return 'which takes no data';
  const [from, to] = rows;
  const range = `rows ${formatCount(from)} to ${formatCount(to - 1)}`;
  const sample = to - from === samples ? range : `${formatCount(samples)} of ${range}, seed ${seed}`;
  return `${split} split of ${data.file}, ${sample}`;
}

function directionsOf(plane: Plane): string {
  const scaled = plane.normalization === 'filter' ? 'filter-normalized' : 'taken as given';
  const moved = { weights: ', weights only', all: ', all parameters', 'as given': '' }[plane.perturb];
  return plane.kind === 'file'
    ? `the two directions of ${plane.file ?? 'a file'}, ${scaled}${moved}`
    : `two random directions${plane.seed === undefined ? '' : ` of seed ${plane.seed}`}, ${scaled}${moved}`;
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
