/** Where checkpoints that are compared were not measured alike. */
import { listed } from '../checkpointNames.ts';
import type { DataSource, Measure, Provenance, Split } from '../results.ts';
import { volumeBasinText } from '../volumeSettings.ts';

/** A checkpoint and how it was measured, as far as it was. */
export interface Compared {
  /** As warnings call it. */
  readonly name: string;
  readonly provenance?: Provenance;
  readonly testProvenance?: Provenance;
  readonly measures?: readonly Measure[];
}

/** Something that may differ, and what it is of one checkpoint; null where it is nothing there. */
interface Aspect {
  readonly what: string;
  readonly of: (provenance: Provenance) => string | null;
}

/** Which rows of the data were taken. */
const SELECTION: readonly Aspect[] = [
  { what: 'ranges of rows', of: ({ data, rows: [from, to] }) => (data ? `${from} to ${to}` : null) },
  { what: 'numbers of examples', of: ({ data, samples }) => (data ? String(samples) : null) },
  { what: 'orders of rows', of: ({ data }) => (data ? data.order : null) },
  { what: 'drawn rows', of: ({ data, seed }) => (data?.order === 'seeded' ? `seed ${seed}` : null) },
];

/** Of other rows the contents are others anyway, so that these count only where the same rows were taken. */
const CONTENTS: Aspect = {
  what: 'data',
  of: ({ data }) => (data ? `${data.file}, ${data.digest.slice(0, 8)}` : null),
};

const FILES: Aspect = { what: 'data', of: ({ data }) => data?.file ?? null };

const PREPARATION: Aspect = {
  what: 'preparations of inputs',
  of: ({ data }) => (data ? preparationOf(data) : null),
};

/** What all splits share. */
const OF_ALL: readonly Aspect[] = [
  { what: 'seeds', of: ({ seed }) => String(seed) },
  { what: 'losses', of: ({ loss }) => loss },
  { what: 'BatchNorm statistics', of: ({ mode: { batchNorm } }) => (batchNorm === 'none' ? null : batchNorm) },
  { what: 'precisions', of: ({ dtype }) => dtype },
  { what: 'engines', of: ({ engine }) => engine },
  { what: 'devices', of: ({ device }) => device },
  { what: 'parameters that are varied', of: ({ parameters }) => selectionOf(parameters) },
  { what: 'versions of Basin', of: ({ versions }) => versions.basin ?? null },
];

/**
 * A sentence for everything in which checkpoints were not measured alike, with the names on each side.
 * @param architectures groups of places that are of one architecture.
 */
export function warningsOf(
  compared: readonly Compared[],
  architectures: readonly (readonly number[])[],
): readonly string[] {
  return [
    ...onSplit(compared, 'train'),
    ...onSplit(compared, 'test'),
    ...OF_ALL.flatMap(aspect => warning(compared, 'train', aspect)),
    ...volumesApart(compared),
    ...differentArchitectures(compared, architectures),
  ];
}

function onSplit(compared: readonly Compared[], split: Split): readonly string[] {
  const named = (aspect: Aspect): Aspect => ({
    ...aspect,
    what: `${aspect.what} of the ${split === 'train' ? 'training' : 'test'} split`,
  });
  const selection = SELECTION.flatMap(aspect => warning(compared, split, named(aspect)));
  const data = warning(compared, split, named(selection.length === 0 ? CONTENTS : FILES));
  return [...data, ...selection, ...warning(compared, split, named(PREPARATION))];
}

/** Nothing where all are alike, as far as is known. */
const warning = (compared: readonly Compared[], split: Split, { what, of }: Aspect): readonly string[] =>
  sidesOf(compared, ({ provenance, testProvenance }) => {
    const own = split === 'train' ? provenance : testProvenance;
    return own ? of(own) : null;
  }).map(sides => `The ${what} differ (${sides}).`);

/** Who has which value, in one text; none where all that have one have the same. */
function sidesOf(compared: readonly Compared[], of: (own: Compared) => string | null): readonly string[] {
  const sides = new Map<string, string[]>();
  for (const own of compared) {
    const value = of(own);
    if (value !== null) sides.set(value, [...(sides.get(value) ?? []), own.name]);
  }
  return sides.size < 2 ? [] : [[...sides].map(([value, names]) => `${listed(names)}: ${value}`).join('; ')];
}

/** Volumes by different priors are different quantities. */
const volumesApart = (compared: readonly Compared[]): readonly string[] =>
  sidesOf(compared, ({ measures }) => {
    const volume = measures?.find(own => own.volume !== undefined)?.volume;
    // All digits of σ, as a volume depends on it as many times as there are parameters.
    return volume === undefined ? null : `σ = ${volume.prior.sigma}, ${volumeBasinText(volume)}`;
  }).map(
    sides =>
      `The priors or basins of the volumes differ (${sides}), so that no difference between them is told; measure all with the same --sigma.`,
  );

function preparationOf({ layout, scale, mean, std }: DataSource): string {
  const parts = [
    ...(scale === undefined ? [] : [`scale ${scale}`]),
    ...(mean === undefined ? [] : [`mean ${mean.join(', ')}`]),
    ...(std === undefined ? [] : [`standard deviation ${std.join(', ')}`]),
    ...(layout === undefined || layout === 'NCHW' ? [] : [layout]),
  ];
  return parts.join(', ') || 'as they are';
}

const selectionOf = ({ include, exclude }: Provenance['parameters']): string =>
  [include.join(', ') || 'all', ...exclude.map(pattern => `not ${pattern}`)].join(', ');

function differentArchitectures(
  compared: readonly Compared[],
  architectures: readonly (readonly number[])[],
): readonly string[] {
  if (architectures.length < 2) return [];
  const groups = architectures.map(places => listed(places.map(place => compared[place]!.name)));
  return [
    `The architectures differ (${groups.join('; ')}): sharpness depends on how a network is parametrised, and says little between them.`,
  ];
}
