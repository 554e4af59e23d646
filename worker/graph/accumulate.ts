/** Sums of what the users of a value contribute to its cotangent. */
import { concat, pad, total } from './arithmetic.ts';
import type { Value } from './graph.ts';
import { type Attributes, ints } from './types.ts';

/** Where a contribution lies that is zero elsewhere, as the gradients of slices are. */
interface Placement {
  readonly value: Value;
  readonly axis: number;
  readonly start: number;
}

/**
 * The sum of values of one shape. Contributions to neighbouring parts of a value, such as the gates of a recurrent layer,
 * its time steps, or the queries, keys and values of an attention, are joined: to add up each one amid zeros would take
 * as many sums of the whole as there are parts.
 */
export function sumOf(contributions: readonly Value[]): Value {
  if (contributions.length === 1) return contributions[0]!;
  const shape = contributions[0]!.shape;
  const placements: Placement[] = [];
  const whole: Value[] = [];
  for (const contribution of contributions) {
    const placement = placementOf(contribution);
    if (placement) placements.push(placement);
    else whole.push(contribution);
  }
  const runs = runsOf(placements);
  return total([...whole, ...runs.map(run => amidZeros(run, shape))])!;
}

/** What is padded with zeros along one axis. */
function placementOf(contribution: Value): Placement | null {
  if (contribution.kind !== 'applied' || contribution.operator !== 'Pad') return null;
  const { inputs, attributes, shape } = contribution;
  const pads = ints(attributes, 'pads');
  const padded = shape.flatMap((_, axis) => (pads[axis] !== 0 || pads[axis + shape.length] !== 0 ? [axis] : []));
  const isPlaced = padded.length === 1 && pads.every(width => width >= 0) && isZeroPadding(attributes);
  return isPlaced ? { value: inputs[0]!, axis: padded[0]!, start: pads[padded[0]!]! } : null;
}

const isZeroPadding = ({ mode, value }: Attributes): boolean => mode === 'constant' && value === 0;

const sizeAlong = ({ value, axis }: Placement): number => value.shape[axis]!;

/** The placements, those of one place added up and neighbours joined. */
function runsOf(placements: readonly Placement[]): Placement[] {
  const places = new Map<string, Placement[]>();
  for (const placement of placements) {
    const key = [placement.axis, placement.start, sizeAlong(placement)].join();
    places.set(key, [...(places.get(key) ?? []), placement]);
  }
  const sums = [...places.values()].map(same => ({ ...same[0]!, value: sumOf(same.map(({ value }) => value)) }));
  sums.sort((a, b) => a.axis - b.axis || a.start - b.start);
  const runs: Placement[][] = [];
  for (const placement of sums) {
    const before = runs.at(-1)?.at(-1);
    const isNeighbour = before?.axis === placement.axis && before.start + sizeAlong(before) === placement.start;
    if (isNeighbour) runs.at(-1)!.push(placement);
    else runs.push([placement]);
  }
  return runs.map(run => {
    const { axis, start } = run[0]!;
    return {
      axis,
      start,
      value: concat(
        run.map(({ value }) => value),
        axis,
      ),
    };
  });
}

function amidZeros(placement: Placement, shape: readonly number[]): Value {
  const { value, axis, start } = placement;
  const pads = new Array<number>(2 * shape.length).fill(0);
  pads[axis] = start;
  pads[axis + shape.length] = shape[axis]! - start - sizeAlong(placement);
  return pad(value, pads);
}
