import { csv, type Field } from '../worker/csv.ts';
import type { FunctionVolume, LocalVolume, LogVolume, VolumeResult } from '../worker/results.ts';

const heading = ['quantity', 'index', 'at', 'value', 'error', 'lower', 'upper', 'detail'] as const;

type Row = Partial<Record<(typeof heading)[number], Field>>;

/**
 * Volumes as comma-separated values, a line a number: what it is, its place (directions from 1, classes from 0), at which
 * cutoff or radius, the value with its error or its interval, and what is said of it. An open end, and what is not known,
 * are left empty.
 */
export const volumeCsv = ({ local, function: ofFunction, problems }: VolumeResult): string =>
  csv(
    heading,
    [
      ...(local === null ? [] : localRows(local)),
      ...(ofFunction === null ? [] : functionRows(ofFunction)),
      ...problems.map((detail): Row => ({ quantity: 'problem', detail })),
    ].map(row => heading.map(name => row[name] ?? null)),
  );

const localRows = (local: LocalVolume): Row[] => [
  volumeRow('ln_volume', local.cutoff, local.logVolume, local.basin),
  { quantity: 'effective_directions', value: local.logVolume.effectiveSamples },
  { quantity: 'deviation_between_directions', value: local.logVolume.deviation },
  { quantity: 'directions_asked', value: local.directions, detail: local.preconditioner },
  { quantity: 'prior_sigma', value: local.prior.sigma, detail: originOf(local) },
  { quantity: 'bracket_error', value: local.bracketError },
  { quantity: 'rounding_error', value: local.roundingError },
  { quantity: 'passes', value: local.evaluations },
  ...local.logMasses.map((value, i): Row => ({ quantity: 'ln_mass', index: i + 1, at: local.radii[i], value })),
  ...(local.sensitivity?.cutoffs.map((cutoff, i) =>
    volumeRow('ln_volume_at_cutoff', cutoff, local.sensitivity!.logVolumes[i]!, local.basin),
  ) ?? []),
  ...(local.sensitivity === undefined ? [] : [{ quantity: 'slope', value: local.sensitivity.slope }]),
];

const originOf = ({ prior: { from, source } }: LocalVolume): string => [from, source?.file].filter(Boolean).join(' ');

const volumeRow = (
  quantity: string,
  at: number,
  { value, lower, upper, verdict }: LogVolume,
  basin: LocalVolume['basin'],
): Row => ({ quantity, at, value, lower, upper, detail: `${verdict}, ${basin}` });

const functionRows = (volume: FunctionVolume): Row[] => [
  {
    quantity: 'ln_probability',
    value: volume.logProbability,
    error: volume.standardError,
    detail: [volume.reduction, ...(volume.positive ?? [])].join(' '),
  },
  ...volume.parts.map((value, index): Row => ({ quantity: 'ln_probability_part', index, value })),
  { quantity: 'points', value: volume.points },
  { quantity: 'test_points', value: volume.testPoints },
  {
    quantity: 'random_networks',
    value: volume.initializations,
    detail: [volume.scheme, volume.source?.file].filter(Boolean).join(' '),
  },
  { quantity: 'evidence_converged', value: volume.converged },
];
