/** Layers that make one value of several. */
import { counted, type Layer, type LayerRule, plain } from './layer.ts';
import type { Wire } from './network.ts';
import { unitLength } from './normalization.ts';

/** All inputs with their channels in the same place, which is that of the first if their ranks agree. */
function alike(layer: Layer): readonly Wire[] {
  const wires = layer.inputsFrom(0);
  const [first] = wires;
  if (!first || wires.length < 2) throw layer.refuseUse('it has fewer than two inputs');
  if (wires.some(({ rank }) => rank !== first.rank))
    throw layer.refuseUse('inputs of different ranks are not supported');
  return wires.map(wire => layer.ordered(wire, first.channels));
}

const merge =
  (operator: string): LayerRule =>
  layer => {
    const [first, ...others] = alike(layer) as [Wire, ...Wire[]];
    return layer.elementwise(
      first,
      operator,
      {},
      others.map(({ name }) => name),
    );
  };

const concatenate: LayerRule = layer => {
  const { rank } = layer.unordered();
  const axis = layer.axis('axis', layer.unordered());
  const wires = axis === rank - 1 ? alike(layer) : layer.inputsFrom(0).map(wire => layer.ordered(wire, 'last'));
  const [first] = wires as [Wire];
  const place = first.channels === 'first' && rank > 2 ? 1 : axis;
  return {
    ...first,
    name: layer.node(
      'Concat',
      wires.map(({ name }) => name),
      { axis: place },
    ),
  };
};

/** Letters of axes; more than any value has. */
const LETTERS = [...'abcdefghijklmnop'];

/** Products summed over an axis of each, for each example (Keras, `batch_dot`): what is left of the first comes first. */
const dot: LayerRule = layer => {
  const wires = [layer.input(0), layer.input(1)] as const;
  const given: unknown = layer.config.axes;
  const list = Array.isArray(given) ? given : [given, given];
  const axes = wires.map(({ rank }, index) => {
    const axis: unknown = list[index];
    const counted = typeof axis === 'number' && axis < 0 ? axis + rank : axis;
    if (list.length === 2 && typeof counted === 'number' && counted > 0 && counted < rank) return counted;
    throw layer.refuseOption('axes');
  });
  const isNormalized = layer.flag('normalize', false);
  const values = wires.map((wire, index) => (isNormalized ? unitLength(layer, wire, [axes[index]!]) : wire));
  // a: the examples, b: what is summed over.
  let next = 2;
  const terms = values.map(({ rank }, index) =>
    counted(0, rank).map(axis => (axis === 0 ? 'a' : axis === axes[index] ? 'b' : LETTERS[next++]!)),
  );
  const left = ['a', ...terms.flat().filter(letter => letter > 'b')];
  const equation = `${terms.map(term => term.join('')).join(',')}->${left.join('')}`;
  const product = layer.node(
    'Einsum',
    values.map(({ name }) => name),
    { equation },
  );
  // A number for each example stays a row.
  return left.length === 1 ? plain(layer.reshape(product, [-1, 1]), 2) : plain(product, left.length);
};

export const mergingLayers: Readonly<Record<string, LayerRule>> = {
  Add: merge('Sum'),
  Subtract: merge('Sub'),
  Average: merge('Mean'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Concatenate: concatenate,
  Dot: dot,
  Multiply: layer => {
    const [first, ...others] = alike(layer) as [Wire, ...Wire[]];
    return others.reduce((product, { name }) => layer.elementwise(product, 'Mul', {}, [name]), first);
  },
};
