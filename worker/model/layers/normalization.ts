/** Layers that normalise. */
import { counted, isConfig, type Layer, type LayerRule, plain } from './layer.ts';
import type { Wire } from './network.ts';

/** As many ones or zeros as a weight would have had. */
const filled = (layer: Layer, value: number, size: number): string =>
  layer.context.network.constant(layer.name, new Array<number>(size).fill(value), 'float32');

/** What `normalize` makes of the first input with the axis of the option `axis` behind the examples; the axis goes back after. */
function alongAxis(layer: Layer, normalize: (x: string) => string): Wire {
  const given = layer.unordered();
  const axis = layer.axis('axis', given);
  if (axis === given.rank - 1) {
    const x = layer.ordered(given, 'first');
    return { name: normalize(x.name), rank: x.rank, channels: x.channels };
  }
  const x = layer.ordered(given, 'last');
  if (axis === 1) return plain(normalize(x.name), x.rank);
  const perm = [0, axis, ...counted(1, x.rank).filter(other => other !== axis)];
  const back = perm.map((_, index) => perm.indexOf(index));
  return plain(layer.transpose(normalize(layer.transpose(x.name, perm)), back), x.rank);
}

const scaleAndCentre = (layer: Layer) =>
  [layer.flag('scale', true) ? 'gamma' : null, layer.flag('center', true) ? 'beta' : null] as const;

const batchNormalization: LayerRule = layer => {
  const statistics = ['moving_mean', 'moving_variance'] as const;
  const [gamma, beta, mean, variance] = layer.weights([...scaleAndCentre(layer), ...statistics], statistics);
  const [size] = mean.shape as [number];
  const scale = gamma?.name ?? filled(layer, 1, size);
  const weights = [scale, beta?.name ?? filled(layer, 0, size), mean.name, variance.name];
  const attributes = { epsilon: layer.number('epsilon', 1e-3) };
  return alongAxis(layer, x => layer.node('BatchNormalization', [x, ...weights], attributes));
};

const groupNormalization: LayerRule = layer => {
  const [gamma, beta] = layer.weights(scaleAndCentre(layer));
  const given = layer.number('groups', 32);
  const groups = given === -1 ? (gamma ?? beta)?.shape[0] : given;
  if (groups === undefined) throw layer.refuseOption('groups');
  const attributes = { epsilon: layer.number('epsilon', 1e-3), num_groups: groups };
  return alongAxis(layer, x => {
    const channels = layer.node('Slice', [layer.node('Shape', [x]), layer.integers([1]), layer.integers([2])]);
    const filledAlong = (value: number): string => layer.node('Expand', [filled(layer, value, 1), channels]);
    return layer.node(
      'GroupNormalization',
      [x, gamma?.name ?? filledAlong(1), beta?.name ?? filledAlong(0)],
      attributes,
    );
  });
};

/** The last axes are normalised together, or another one alone, which is last meanwhile. */
const layerNormalization: LayerRule = layer => {
  layer.require('rms_scaling', false);
  const x = layer.input();
  const { axis } = layer.config;
  const axes = Array.isArray(axis) && axis.every(Number.isInteger) ? axis.map(Number) : [layer.axis('axis', x)];
  const sorted = axes.map(own => (own < 0 ? own + x.rank : own)).sort((a, b) => a - b);
  const isTrailing = sorted.every((own, index) => own === x.rank - sorted.length + index);
  if (!isTrailing && sorted.length !== 1) throw layer.refuseOption('axis');
  const [gamma, beta] = layer.weights(scaleAndCentre(layer));
  const inputs = [gamma?.name ?? layer.scalar(1), ...(beta ? [beta.name] : [])];
  const attributes = { axis: -sorted.length, epsilon: layer.number('epsilon', 1e-3) };
  const normalize = (value: string): string => layer.node('LayerNormalization', [value, ...inputs], attributes);
  if (isTrailing) return plain(normalize(x.name), x.rank);
  const perm = [...counted(0, x.rank).filter(own => own !== sorted[0]), sorted[0]!];
  const back = perm.map((_, index) => perm.indexOf(index));
  return plain(layer.transpose(normalize(layer.transpose(x.name, perm)), back), x.rank);
};

/** x/√(mean(x²) + ε)·scale. */
const rootMeanSquareNormalization: LayerRule = layer => {
  const x = layer.input();
  if (layer.axis('axis', x) !== x.rank - 1) throw layer.refuseOption('axis');
  const [scale] = layer.weights(['scale']);
  const attributes = { axis: -1, epsilon: layer.number('epsilon', 1e-6) };
  return plain(layer.node('SimplifiedLayerNormalization', [x.name, scale.name], attributes), x.rank);
};

/** What is added to no length: the shortest that a vector is divided by (Keras, `ops.normalize` and `UnitNormalization`). */
const SHORTEST = 1e-12;

/** A value divided by its length along axes. */
export function unitLength(layer: Layer, x: Wire, axes: readonly number[]): Wire {
  const squares = layer.node('ReduceSumSquare', [x.name, layer.integers(axes)], { keepdims: 1 });
  const length = layer.node('Max', [layer.node('Sqrt', [squares]), layer.scalar(SHORTEST)]);
  return layer.elementwise(x, 'Div', {}, [length]);
}

const unitNormalization: LayerRule = layer => {
  const x = layer.input();
  const { axis } = layer.config;
  const isList = Array.isArray(axis) && axis.length > 0 && axis.every(Number.isInteger);
  return unitLength(layer, x, isList ? axis.map(Number) : [layer.axis('axis', x)]);
};

/** The smallest deviation that `Normalization` divides by (Keras, `backend.epsilon`). */
const SMALLEST_DEVIATION = 1e-7;

/** (x − mean)/√variance with what `adapt` measured, or with numbers of the configuration. */
const normalization: LayerRule = layer => {
  const x = layer.input();
  const given = layer.config.axis === undefined ? -1 : layer.config.axis;
  const list: unknown = given === null ? [] : Array.isArray(given) ? given : [given];
  if (!Array.isArray(list) || !list.every(Number.isInteger)) throw layer.refuseOption('axis');
  const kept = new Set(list.map(Number).map(axis => (axis < 0 ? axis + x.rank : axis)));
  if (kept.has(0)) throw layer.refuseOption('axis');
  const [mean, variance] = measured(layer, x.rank, kept);
  const deviation = layer.node('Max', [layer.node('Sqrt', [variance]), layer.scalar(SMALLEST_DEVIATION)]);
  if (layer.flag('invert', false)) {
    return layer.elementwise(layer.elementwise(x, 'Mul', {}, [deviation]), 'Add', {}, [mean]);
  }
  return layer.elementwise(layer.elementwise(x, 'Sub', {}, [mean]), 'Div', {}, [deviation]);
};

/** Mean and variance with an axis for each of the input's, of size 1 where all have the same. */
function measured(layer: Layer, rank: number, kept: ReadonlySet<number>): readonly [mean: string, variance: string] {
  const isGiven = ['mean', 'variance'].map(
    option => layer.config[option] !== undefined && layer.config[option] !== null,
  );
  if (isGiven[0] !== isGiven[1]) throw layer.refuseOption(isGiven[0] ? 'variance' : 'mean');
  if (!isGiven[0]) {
    const names = ['mean', 'variance'] as const;
    const weights = layer.weights(names, names);
    return weights.map(({ name, shape }) => {
      const sizes = [...shape];
      return layer.reshape(
        name,
        counted(0, rank).map(axis => (kept.has(axis) ? (sizes.shift() ?? 1) : 1)),
      );
    }) as [string, string];
  }
  // Numbers lie along the last of the axes that are kept; lists of lists would lie along several.
  const last = Math.max(0, ...kept);
  return ['mean', 'variance'].map(option => {
    const numbers = numbersOf(layer, option);
    const shape = counted(0, rank).map(axis => (axis === last && numbers.length > 1 ? numbers.length : 1));
    return layer.context.network.constant(layer.name, numbers, 'float32', [...shape]);
  }) as [string, string];
}

/** Numbers of an option: one, a list, or what Keras makes of an array of NumPy. */
function numbersOf(layer: Layer, option: string): readonly number[] {
  const given = layer.config[option];
  const value: unknown = isConfig(given) && isConfig(given.config) ? given.config.value : given;
  // A Python list of one list, as [[0.5, 0.2]], says no more than the inner one.
  let list: unknown = typeof value === 'number' ? [value] : value;
  while (Array.isArray(list) && list.length === 1 && Array.isArray(list[0])) list = list[0];
  if (Array.isArray(list) && list.length > 0 && list.every(own => typeof own === 'number')) return list;
  throw layer.refuseOption(option);
}

/** x·scale + offset, of which each may be a number a channel. */
const rescaling: LayerRule = layer => {
  const constantOf = (option: string, otherwise: number): string => {
    const numbers = (layer.config[option] ?? null) === null ? [otherwise] : numbersOf(layer, option);
    if (numbers.length === 1) return layer.scalar(numbers[0]!);
    return layer.context.network.constant(layer.name, numbers, 'float32');
  };
  const x = layer.input();
  const scaled = layer.elementwise(x, 'Mul', {}, [constantOf('scale', 1)]);
  return layer.elementwise(scaled, 'Add', {}, [constantOf('offset', 0)]);
};

export const normalizationLayers: Readonly<Record<string, LayerRule>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rootMeanSquareNormalization,
  UnitNormalization: unitNormalization,
  Normalization: normalization,
  Rescaling: rescaling,
};
