/** Layers that make one value of several. */
import type { Layer, LayerRule } from './layer.ts';
import type { Wire } from './network.ts';

/** All inputs with their channels in the same place, which is that of the first if their ranks agree. */
function alike(layer: Layer): readonly Wire[] {
  const wires = layer.inputs.map((_, index) => layer.given(index));
  const [first] = wires;
  if (!first || wires.length < 2) throw layer.refuse('it has fewer than two inputs.');
  if (wires.some(({ rank }) => rank !== first.rank)) throw layer.refuse('inputs of different ranks are not supported.');
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
  const given = layer.number('axis', -1);
  const { rank } = layer.given();
  const axis = given < 0 ? given + rank : given;
  const wires = axis === rank - 1 ? alike(layer) : layer.inputs.map((_, index) => layer.input(index));
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

export const mergingLayers: Readonly<Record<string, LayerRule>> = {
  Add: merge('Sum'),
  Subtract: merge('Sub'),
  Average: merge('Mean'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Concatenate: concatenate,
  Multiply: layer => {
    const [first, ...others] = alike(layer) as [Wire, ...Wire[]];
    return others.reduce((product, { name }) => layer.elementwise(product, 'Mul', {}, [name]), first);
  },
};
