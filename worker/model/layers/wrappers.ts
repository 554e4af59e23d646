/** Layers that have others inside. */
import { type Config, Layer, type LayerCall, type LayerRule, plain } from './layer.ts';
import type { Wire } from './network.ts';
import { initialStates, outputOf, type Run, run } from './recurrent.ts';
import { within } from './weights.ts';

/** Every step of a sequence is an example for the layer inside, whose results become sequences again. */
const timeDistributed: LayerRule = layer => {
  const x = layer.input();
  if (x.rank < 3) throw layer.refuseDamage(`its input has ${x.rank} axes, not examples, steps and what each step has`);
  const sizes = (value: string, from: number): string =>
    layer.node('Slice', [layer.node('Shape', [value]), layer.integers([from]), layer.integers([2 ** 31 - 1])]);
  const joined = (parts: readonly string[]): string => layer.node('Concat', parts, { axis: 0 });
  const steps = layer.node('Reshape', [x.name, joined([layer.integers([-1]), sizes(x.name, 2)])]);
  // Version 2 names weights as if they were the wrapper's own.
  const place = { ...layer.place, path: `${layer.place.path}/layer` };
  const results = layer.inner('layer', place, [{ name: steps, rank: x.rank - 1, channels: 'last' }]);
  const [result] = results;
  if (results.length !== 1 || !result) throw layer.refuseUse(`the layer inside it gives ${results.length} values`);
  const examples = layer.node('Slice', [layer.node('Shape', [x.name]), layer.integers([0]), layer.integers([2])]);
  const sequence = (given: Wire): Wire => {
    const { name, rank } = layer.ordered(given, 'last');
    return plain(layer.node('Reshape', [name, joined([examples, sizes(name, 1)])]), rank + 1);
  };
  const { logits } = result;
  return { ...sequence(result), ...(logits && { logits: { ...logits, of: sequence(logits.of) } }) };
};

/** The name of a layer inside, which version 2 and TensorFlow.js leave without the direction. */
function named({ config }: LayerCall, direction: 'forward' | 'backward'): string {
  const name = typeof config.name === 'string' ? config.name : '';
  return name.startsWith(`${direction}_`) ? name : `${direction}_${name}`;
}

/** The layer that goes the other way: one of its own, or the first one turned round. */
function backwardCall(layer: Layer, forward: LayerCall): LayerCall {
  const own = layer.config.backward_layer ?? null;
  const call =
    own === null
      ? { ...forward, config: turned(forward.config) }
      : layer.described('backward_layer', forward.place, forward.inputs);
  const name = own !== null && typeof call.config.name === 'string' ? call.config.name : named(call, 'backward');
  return { ...call, place: within(layer.place, name, 'backward_layer') };
}

const turned = (config: Config): Config => ({ ...config, go_backwards: config.go_backwards !== true });

/** Operators that make one of two outputs. */
const MERGED: Readonly<Record<string, string>> = { sum: 'Add', mul: 'Mul', ave: 'Mean' };

/** A recurrent layer from the first step on and one from the last, whose outputs are put in the same order. */
const bidirectional: LayerRule = layer => {
  const call = layer.described('layer', layer.place, layer.inputs);
  const forward = new Layer(
    { ...call, place: within(layer.place, named(call, 'forward'), 'forward_layer') },
    layer.context,
  );
  const backward = new Layer(backwardCall(layer, call), layer.context);
  const initial = initialStates(layer);
  const half = initial.length / 2;
  const runs = [
    run(forward, layer.unordered(), initial.slice(0, half)),
    run(backward, layer.unordered(), initial.slice(half)),
  ] as const satisfies readonly Run[];
  const isSequence = forward.flag('return_sequences', false);
  const rank = isSequence ? 3 : 2;
  // What the backward layer computed is turned round once more.
  const turnedRun: Run = { ...runs[1], isReversed: !runs[1].isReversed };
  const outputs = [outputOf(forward, runs[0]), outputOf(backward, isSequence ? turnedRun : runs[1])];
  const states = runs.flatMap(own => own.states.map(state => plain(state, 2)));
  const merged = mergedOutputs(layer, outputs).map(name => plain(name, rank));
  return forward.flag('return_state', false) ? [...merged, ...states] : merged;
};

function mergedOutputs(layer: Layer, outputs: readonly string[]): readonly string[] {
  const mode = layer.config.merge_mode === undefined ? 'concat' : layer.config.merge_mode;
  if (mode === null) return outputs;
  if (mode === 'concat') return [layer.node('Concat', outputs, { axis: -1 })];
  const operator = typeof mode === 'string' && Object.hasOwn(MERGED, mode) ? MERGED[mode] : undefined;
  if (!operator) throw layer.refuseOption('merge_mode');
  return [layer.node(operator, outputs)];
}

export const wrapperLayers: Readonly<Record<string, LayerRule>> = {
  TimeDistributed: timeDistributed,
  Bidirectional: bidirectional,
};
