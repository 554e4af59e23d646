/** Recurrent layers, as the recurrent operators of ONNX, which are unrolled. */
import { activationName } from './activations.ts';
import { type Layer, type LayerRule, plain, type Weight } from './layer.ts';
import type { Wire } from './network.ts';

/** Activations that recurrent operators take, by their names there. */
const ACTIVATIONS: Readonly<Record<string, string>> = { sigmoid: 'Sigmoid', tanh: 'Tanh', relu: 'Relu' };

function activationOf(layer: Layer, option: string, otherwise: string): string {
  const name = activationName(layer, option, otherwise);
  // ONNX's own slope is that of all but version 3 of Keras.
  if (name === 'hard_sigmoid' && layer.context.dialect !== 'keras 3') return 'HardSigmoid';
  const known = ACTIVATIONS[name];
  if (!known) throw layer.refuseOption(option);
  return known;
}

/** A recurrent layer: its operator, and the order in which the operator has the gates of Keras. */
interface Cell {
  readonly operator: 'LSTM' | 'GRU' | 'RNN';
  readonly gates: readonly number[];
}

/** A tensor with its gates, equal parts along its last axis, in the operator's order. */
function arranged(layer: Layer, value: string, axis: number, { gates }: Cell): string {
  if (gates.every((gate, index) => gate === index)) return value;
  const parts = layer.outputs('Split', [value], { axis, num_outputs: gates.length }, gates.length);
  const ordered = gates.map(gate => parts[gate]!);
  return layer.node('Concat', ordered, { axis });
}

/** What a recurrent layer computes. */
export interface Run {
  /** Its outputs in the order of time, [examples, steps, units]. */
  readonly all: () => string;
  /** The output that it computed last. */
  readonly last: string;
  /** Whether it began with the last step. */
  readonly isReversed: boolean;
  /** Its states after the last step, the output first. */
  readonly states: readonly string[];
}

const CELLS: Readonly<Record<string, Cell>> = {
  // Keras has the gates i, f, c, o, and the operator i, o, f, c.
  LSTM: { operator: 'LSTM', gates: [0, 3, 1, 2] },
  GRU: { operator: 'GRU', gates: [0, 1, 2] },
  SimpleRNN: { operator: 'RNN', gates: [0] },
};

/** Biases as the operator takes them, twice as many as gates; `''` where there are none. */
function biasesOf(layer: Layer, bias: Weight | null, cell: Cell): string {
  if (!bias) return '';
  // After the reset a GRU has two rows of biases, which lie one after the other as the operator takes them.
  if (bias.shape.length === 2) return layer.reshape(bias.name, [1, -1]);
  const none = layer.context.network.constant(layer.name, new Array<number>(bias.shape[0]!).fill(0), 'float32');
  const both = layer.node('Concat', [arranged(layer, bias.name, 0, cell), none], { axis: 0 });
  return layer.node('Unsqueeze', [both, layer.integers([0])]);
}

/**
 * Runs a recurrent layer over a sequence.
 * @param initial states to begin with, in Keras's order; without any they are zeros.
 * Throws `input` where the layer is none, or has an option without a rule.
 */
export function run(layer: Layer, sequence: Wire, initial: readonly Wire[]): Run {
  const cell = Object.hasOwn(CELLS, layer.className) ? CELLS[layer.className] : undefined;
  if (!cell)
    throw layer.refuseUse('it is no recurrent layer that Basin has a rule for, as LSTM, GRU and SimpleRNN are');
  for (const option of ['stateful', 'time_major']) layer.require(option, false);
  const isReversed = layer.flag('go_backwards', false);
  const x = layer.ordered(sequence, 'last');
  if (x.rank !== 3) throw layer.refuseDamage(`its input has ${x.rank} axes, not examples, steps and features`);
  const states = cell.operator === 'LSTM' ? 2 : 1;
  if (initial.length > 0 && initial.length !== states) {
    throw layer.refuseDamage(`it is called with ${initial.length} initial states and has ${states}`);
  }
  const names = ['kernel', 'recurrent_kernel', layer.flag('use_bias', true) ? 'bias' : null] as const;
  const place = { ...layer.place, path: `${layer.place.path}/cell` };
  const [kernel, recurrentKernel, bias] = layer.weights(names, [], place);
  for (const weight of [kernel, recurrentKernel]) layer.requireRank(weight, 2);
  const stacked = (name: string): string => layer.node('Unsqueeze', [name, layer.integers([0])]);
  const matrix = (name: string): string => stacked(layer.transpose(arranged(layer, name, 1, cell), [1, 0]));
  const begin = initial.length > 0 ? ['', ...initial.map(({ name }) => stacked(name))] : [];
  const inputs = [
    layer.transpose(x.name, [1, 0, 2]),
    matrix(kernel.name),
    matrix(recurrentKernel.name),
    biasesOf(layer, bias, cell),
    ...begin,
  ];
  const isReset =
    cell.operator === 'GRU' && (bias ? bias.shape.length === 2 : layer.flag('reset_after', isResetByDefault(layer)));
  const own = activationOf(layer, 'activation', 'tanh');
  const gate = cell.operator === 'RNN' ? [] : [activationOf(layer, 'recurrent_activation', 'sigmoid')];
  const attributes = {
    hidden_size: recurrentKernel.shape[0]!,
    direction: isReversed ? 'reverse' : 'forward',
    activations: [...gate, own, ...(cell.operator === 'LSTM' ? [own] : [])],
    linear_before_reset: Number(isReset),
  };
  const [all, ...last] = layer.outputs(cell.operator, inputs, attributes, 1 + states) as [string, ...string[]];
  const squeezed = last.map(state => layer.node('Squeeze', [state, layer.integers([0])]));
  return {
    all: () => layer.transpose(layer.node('Squeeze', [all, layer.integers([1])]), [1, 0, 2]),
    last: squeezed[0]!,
    isReversed,
    states: squeezed,
  };
}

/** TensorFlow.js has no GRU that resets after; both versions of Keras do so unless they are told not to. */
const isResetByDefault = (layer: Layer): boolean => layer.context.dialect !== 'tensorflow.js';

/** A sequence, [examples, steps, …], from its last step to its first. */
const backwards = (layer: Layer, sequence: string): string =>
  layer.node('Slice', [sequence, ...[[-1], [-(2 ** 31)], [1], [-1]].map(numbers => layer.integers(numbers))]);

/** What a recurrent layer gives: all outputs in the order in which it computed them, or the last. */
export function outputOf(layer: Layer, { all, last, isReversed }: Run): string {
  if (!layer.flag('return_sequences', false)) return last;
  return isReversed ? backwards(layer, all()) : all();
}

/** States that a layer is called with: by name, or as further inputs. */
export const initialStates = (layer: Layer): readonly Wire[] => {
  const named = layer.argument('initial_state');
  return named.length > 0 ? named : layer.inputsFrom(1);
};

const recurrent: LayerRule = layer => {
  const result = run(layer, layer.unordered(), initialStates(layer));
  const output = plain(outputOf(layer, result), layer.flag('return_sequences', false) ? 3 : 2);
  return layer.flag('return_state', false) ? [output, ...result.states.map(state => plain(state, 2))] : output;
};

export const recurrentLayers: Readonly<Record<string, LayerRule>> = {
  LSTM: recurrent,
  GRU: recurrent,
  SimpleRNN: recurrent,
};
