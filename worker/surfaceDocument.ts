/** Reads a surface back from JSON that Basin, a colleague's Basin or anyone else has written. */
import { spreadOf } from './analysis/spread.ts';
import {
  count,
  type Decode,
  DecodeError,
  either,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
  texts,
} from './decode.ts';
import type {
  Cell,
  DataSource,
  Eigenvalue,
  JsonNumber,
  Plane,
  PlanePoint,
  PlaneSurface,
  PrincipalComponents,
  Provenance,
  Source,
  SurfaceResult,
} from './results.ts';

/** As fine a grid, and as many planes, as a surface may have. */
export const GRID_MAX = 1001;
export const PLANES_MAX = 100;

/** Sentences and patterns are few. */
const LIST_MAX = 1000;

export const jsonNumber: Decode<JsonNumber> = either(number, oneOf('NaN', 'Infinity', '-Infinity'));
export const cell: Decode<Cell> = nullable(jsonNumber);
export const fraction: Decode<number> = (value, place) => {
  const own = number(value, place);
  if (own < 0 || own > 1) throw new DecodeError(`"${place}" is not between 0 and 1`);
  return own;
};
export const size: Decode<number> = (value, place) => {
  const own = number(value, place);
  if (own < 0) throw new DecodeError(`"${place}" is below 0`);
  return own;
};

export const source = object<Source>({ file: text, digest: text });
const split = oneOf('train', 'test');

export const provenance = object<Provenance>({
  model: source,
  checkpoint: source,
  data: optional(
    object<DataSource>({
      file: text,
      digest: text,
      order: oneOf('first', 'seeded'),
      layout: optional(oneOf('NCHW', 'NHWC')),
      scale: optional(number),
      mean: optional(list(number, 0, LIST_MAX)),
      std: optional(list(number, 0, LIST_MAX)),
    }),
  ),
  split,
  rows: list(count, 2, 2) as Decode<Provenance['rows']>,
  samples: count,
  seed: count,
  parameters: object<Provenance['parameters']>({
    count,
    include: list(text, 0, LIST_MAX),
    exclude: list(text, 0, LIST_MAX),
  }),
  loss: text,
  mode: object<Provenance['mode']>({
    batchNorm: oneOf('held', 'interpolated', 'recomputed', 'none'),
    dropout: oneOf('off'),
  }),
  dtype: oneOf('float32', 'float64'),
  engine: text,
  device: text,
  threads: count,
  versions: texts(LIST_MAX),
  time: time,
  seconds: size,
  notes: list(text, 0, LIST_MAX),
});

/** ISO 8601. */
export function time(value: unknown, place: string): string {
  const own = text(value, place);
  if (Number.isNaN(Date.parse(own))) throw new DecodeError(`"${place}" is not a time`);
  return own;
}

export const eigenvalue = object<Eigenvalue>({ value: number, residual: size, converged: oneOf(true, false) });

export const plane = object<Plane>({
  kind: oneOf('random', 'file', 'eigen', 'pca', 'three'),
  file: optional(text),
  seed: optional(count),
  normalization: oneOf('filter', 'curvature', 'unit', 'as given'),
  normalizedTo: optional(source),
  perturb: oneOf('weights', 'all', 'as given'),
  eigenvalues: optional(list(eigenvalue, 2, 2)),
  principal: optional(
    object<PrincipalComponents>({
      checkpoints: count,
      explained: list(fraction, 0, LIST_MAX),
      randomWalk: list(fraction, 0, LIST_MAX),
    }),
  ),
  cosine: jsonNumber,
  norms: object<Plane['norms']>({ x: size, y: size, parameters: size }),
});

/** As many checkpoints as a plane made of them may have. */
const PATH_MAX = 100_000;

const path: Decode<readonly PlanePoint[]> = list(
  object<PlanePoint>({
    checkpoint: source,
    step: nullable(number),
    epoch: nullable(number),
    x: number,
    y: number,
    distance: size,
    loss: cell,
    accuracy: nullable(fraction),
    projectedLoss: cell,
  }),
  1,
  PATH_MAX,
);

/** Positions along an axis: rising, so that a picture of them has a left and a right. */
export const axis: Decode<readonly number[]> = (value, place) => {
  const own = list(number, 1, GRID_MAX)(value, place);
  if (own.some((position, index) => index > 0 && position <= own[index - 1]!)) {
    throw new DecodeError(`"${place}" does not rise from each number to the next`);
  }
  return own;
};

const planeSurface = (columns: number, rows: number): Decode<PlaneSurface> => {
  const table = list(list(cell, columns, columns), rows, rows);
  const accuracies = list(list(nullable(fraction), columns, columns), rows, rows);
  return object<PlaneSurface>({
    plane,
    loss: table,
    accuracy: nullable(accuracies),
    standardError: nullable(table),
  });
};

const head = object<
  Pick<SurfaceResult, 'kind' | 'checkpoint' | 'x' | 'y' | 'path' | 'origin' | 'evaluations' | 'budget' | 'provenance'>
>({
  kind: oneOf('surface'),
  checkpoint: text,
  x: axis,
  y: axis,
  path: optional(path),
  origin: object<SurfaceResult['origin']>({
    loss: jsonNumber,
    accuracy: nullable(fraction),
    standardError: nullable(jsonNumber),
  }),
  evaluations: object<SurfaceResult['evaluations']>({ cells: count, examples: count }),
  budget: optional(
    object<NonNullable<SurfaceResult['budget']>>({
      seconds: size,
      finer: nullable(
        object<NonNullable<NonNullable<SurfaceResult['budget']>['finer']>>({
          columns: count,
          rows: count,
          seconds: size,
        }),
      ),
    }),
  ),
  provenance,
});

/**
 * Checks every field of a surface and keeps no other. What follows from the cells (whether all are there, the spread
 * between planes) is found out anew, so that a document cannot contradict itself.
 */
export const decodeSurface: Decode<SurfaceResult> = (value, place) => {
  const own = head(value, place);
  const { kind, checkpoint, x, y, path, origin, evaluations, budget } = own;
  const first = planeSurface(x.length, y.length);
  const surface = first(value, place);
  const others = object<Pick<SurfaceResult, 'otherPlanes'>>({
    otherPlanes: optional(list(first, 1, PLANES_MAX - 1)),
  })(value, place).otherPlanes;
  return {
    kind,
    checkpoint,
    x,
    y,
    ...assembleSurface(x, y, [surface, ...(others ?? [])], origin),
    ...(path !== undefined && { path }),
    evaluations,
    ...(budget !== undefined && { budget }),
    complete:
      [surface, ...(others ?? [])].every(({ loss }) => loss.every(line => line.every(cell => cell !== null))) &&
      (path ?? []).every(({ loss, projectedLoss }) => loss !== null && projectedLoss !== null),
    provenance: own.provenance,
  };
};

/** How many points a surface was evaluated at: its cells, and two for each checkpoint of its path. */
export const evaluatedPoints = ({ evaluations, path = [] }: SurfaceResult): number =>
  path.reduce(
    (sum, { loss, projectedLoss }) => sum + Number(loss !== null) + Number(projectedLoss !== null),
    evaluations.cells,
  );

/** The fields of a surface that hold its cells, in the order in which documents have them. */
export function assembleSurface(
  x: readonly number[],
  y: readonly number[],
  [first, ...others]: readonly PlaneSurface[],
  origin: SurfaceResult['origin'],
): Pick<SurfaceResult, 'loss' | 'accuracy' | 'standardError' | 'origin' | 'plane' | 'otherPlanes' | 'spread'> {
  const { plane, loss, accuracy, standardError } = first!;
  return {
    loss,
    accuracy,
    standardError,
    origin,
    plane,
    ...(others.length > 0 && { otherPlanes: others, spread: spreadOf(x, y, [first!, ...others]) }),
  };
}
