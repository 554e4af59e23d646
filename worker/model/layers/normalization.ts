/** Layers that normalise. */
import { type Layer, type LayerRule, plain } from './layer.ts';
import type { Wire } from './network.ts';

/** An axis of a wire, counted from the front; lists of one axis are read too. */
function axisOf(layer: Layer, { rank }: Wire): number {
  const given = layer.config.axis ?? -1;
  const axis = Array.isArray(given) && given.length === 1 ? given[0] : given;
  if (typeof axis !== 'number') throw layer.refuseOption('axis');
  return axis < 0 ? axis + rank : axis;
}

/** As many ones or zeros as a weight would have had. */
const filled = (layer: Layer, value: number, size: number): string =>
  layer.context.network.constant(layer.name, new Array<number>(size).fill(value), 'float32');

const batchNormalization: LayerRule = layer => {
  const given = layer.given();
  const axis = axisOf(layer, given);
  const names = [layer.flag('scale', true) ? 'gamma' : null, layer.flag('center', true) ? 'beta' : null] as const;
  const statistics = ['moving_mean', 'moving_variance'] as const;
  const [gamma, beta, mean, variance] = layer.weights([...names, ...statistics], statistics);
  const [size] = mean.shape as [number];
  const weights = [
    gamma?.name ?? filled(layer, 1, size),
    beta?.name ?? filled(layer, 0, size),
    mean.name,
    variance.name,
  ];
  const attributes = { epsilon: layer.number('epsilon', 1e-3) };
  const normalize = (x: string): string => layer.node('BatchNormalization', [x, ...weights], attributes);
  if (axis === given.rank - 1) {
    const x = layer.ordered(given, 'first');
    return { name: normalize(x.name), rank: x.rank, channels: x.channels };
  }
  // The axis is moved behind the examples and back.
  const x = layer.ordered(given, 'last');
  const others = Array.from({ length: x.rank }, (_, index) => index).filter(index => index > 0 && index !== axis);
  const perm = [0, axis, ...others];
  const back = perm.map((_, index) => perm.indexOf(index));
  const isMoved = axis !== 1;
  const normalized = normalize(isMoved ? layer.transpose(x.name, perm) : x.name);
  return plain(isMoved ? layer.transpose(normalized, back) : normalized, x.rank);
};

const layerNormalization: LayerRule = layer => {
  const x = layer.input();
  if (axisOf(layer, x) !== x.rank - 1) throw layer.refuseOption('axis');
  layer.require('rms_scaling', false);
  const names = [layer.flag('scale', true) ? 'gamma' : null, layer.flag('center', true) ? 'beta' : null] as const;
  const [gamma, beta] = layer.weights(names);
  const scale = gamma?.name ?? layer.scalar(1);
  const inputs = [x.name, scale, ...(beta ? [beta.name] : [])];
  return plain(layer.node('LayerNormalization', inputs, { axis: -1, epsilon: layer.number('epsilon', 1e-3) }), x.rank);
};

const rescaling: LayerRule = layer => {
  const x = layer.given();
  const scaled = layer.elementwise(x, 'Mul', {}, [layer.scalar(layer.number('scale', 1))]);
  return layer.elementwise(scaled, 'Add', {}, [layer.scalar(layer.number('offset', 0))]);
};

export const normalizationLayers: Readonly<Record<string, LayerRule>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Rescaling: rescaling,
};
