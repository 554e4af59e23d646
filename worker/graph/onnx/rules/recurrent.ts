/**
 * Rules for recurrent layers, which are unrolled: the time steps of a graph are known, and what is left are products of
 * matrices and elementwise operators. Names of weights, gates and states are those of the ONNX specification.
 */
import {
  add,
  concat,
  full,
  matMul,
  mul,
  pad,
  reshape,
  sigmoid,
  slice,
  sub,
  tanh,
  transpose,
} from '../../arithmetic.ts';
import { apply, type Value } from '../../graph.ts';
import type { OnnxNode } from '../node.ts';
import type { Rule } from './shared.ts';

/** Longer sequences are not unrolled: ONNX Runtime takes minutes to open graphs of more than some ten thousand nodes. */
const UNROLLED_STEPS_MAX = 2048;

type Activation = (x: Value) => Value;

const activations: ReadonlyMap<string, Activation> = new Map([
  ['sigmoid', sigmoid],
  ['tanh', tanh],
  ['relu', x => apply('Relu', [x])],
  ['hardsigmoid', x => apply('HardSigmoid', [x], { alpha: 0.2, beta: 0.5 })],
]);

/** Whether each direction of a layer runs backwards. */
const directions: ReadonlyMap<string, readonly boolean[]> = new Map([
  ['forward', [false]],
  ['reverse', [true]],
  ['bidirectional', [false, true]],
]);

/** Hidden state, and what else a cell carries from one step to the next. */
interface State {
  readonly h: Value;
  readonly c: Value | null;
}

/** What a cell computes a step from, of one direction. */
interface Step {
  readonly state: State;
  /** The input's share of all gates, W·x and the biases that are added to it, [examples, gates·hidden]. */
  readonly input: Value;
  /** Rᵀ, [hidden, gates·hidden]. */
  readonly r: Value;
  /** The biases that go with R, of all gates; null where there are none. */
  readonly recurrentBias: Value | null;
  /** The weights of all peepholes; null where there are none. */
  readonly peepholes: Value | null;
  /** The activations f, g, h of the specification. */
  readonly activations: readonly Activation[];
}

interface Cell {
  readonly gates: number;
  /** The specification's default activations of one direction. */
  readonly activations: readonly string[];
  /** How many of the gates, the first ones, have the recurrent bias added to the input's share. */
  readonly summedBiases: number;
  next(step: Step): State;
}

/** Part `index` of `count` equal ones along the last axis. */
function part(value: Value, index: number, count: number): Value {
  const axis = value.shape.length - 1;
  const size = value.shape[axis]! / count;
  return slice(value, axis, index * size, size);
}

const plus = (value: Value, more: Value | null): Value => (more ? add(value, more) : value);

/** The gates of LSTM lie in the order i, o, f, c, its peepholes in the order i, o, f. */
const lstm: Cell = {
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  summedBiases: 4,
  next({ state, input, r, peepholes, activations: [f, g, output] }) {
    const c = state.c!;
    const gates = add(input, matMul(state.h, r));
    const seen = (index: number, cell: Value) =>
      plus(part(gates, index, 4), peepholes && mul(part(peepholes, index, 3), cell));
    const next = add(mul(f!(seen(2, c)), c), mul(f!(seen(0, c)), g!(part(gates, 3, 4))));
    return { h: mul(f!(seen(1, next)), output!(next)), c: next };
  },
};

/** The gates of GRU lie in the order z, r, h. */
const gru = (linearBeforeReset: boolean): Cell => ({
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  summedBiases: 2,
  next({ state: { h }, input, r, recurrentBias, activations: [f, g] }) {
    const bias = recurrentBias && part(recurrentBias, 2, 3);
    const product = matMul(h, linearBeforeReset ? r : slice(r, 1, 0, (2 * r.shape[1]!) / 3));
    const gate = (index: number) => f!(add(part(input, index, 3), part(product, index, linearBeforeReset ? 3 : 2)));
    const reset = linearBeforeReset
      ? mul(gate(1), plus(part(product, 2, 3), bias))
      : plus(matMul(mul(gate(1), h), part(r, 2, 3)), bias);
    const z = gate(0);
    return { h: add(mul(sub(1, z), g!(add(part(input, 2, 3), reset))), mul(z, h)), c: null };
  },
});

const rnn: Cell = {
  gates: 1,
  activations: ['Tanh'],
  summedBiases: 1,
  next: ({ state: { h }, input, r, activations: [f] }) => ({ h: f!(add(input, matMul(h, r))), c: null }),
};

/** The share of one direction of a tensor whose first axis counts directions. */
const ofDirection = (value: Value, direction: number): Value =>
  reshape(slice(value, 0, direction, 1), value.shape.slice(1));

/** The activations of one direction. Throws `input` where one is none of those that are known. */
function activationsOf(node: OnnxNode, cell: Cell, direction: number): Activation[] {
  const count = cell.activations.length;
  const names = node.texts('activations')?.slice(direction * count, (direction + 1) * count) ?? cell.activations;
  return cell.activations.map((_, index) => {
    const name = names[index] ?? '';
    const known = activations.get(name.toLowerCase());
    if (!known) throw node.refuse(`activation ${name} is not supported; Sigmoid, HardSigmoid, Tanh and Relu are.`);
    return known;
  });
}

/** The states of one direction at every step, in the order of time. `x` is [steps, examples, features]. */
function runDirection(node: OnnxNode, cell: Cell, direction: number, isReversed: boolean): State[] {
  const x = node.input(0);
  const [steps, examples, features] = x.shape as [number, number, number];
  const optional = (index: number): Value | null => {
    const value = node.inputs[index];
    return value ? ofDirection(value, direction) : null;
  };
  const w = ofDirection(node.input(1), direction);
  const r = transpose(ofDirection(node.input(2), direction), [1, 0]);
  const hidden = r.shape[0]!;
  if (w.shape[0] !== cell.gates * hidden || r.shape[1] !== cell.gates * hidden) {
    throw node.refuse(`its weights have ${w.shape[0]} rows, not ${cell.gates} gates of ${hidden} units.`);
  }
  const biases = optional(3);
  const recurrentBias = biases && part(biases, 1, 2);

  // The input's share of every step at once.
  let projected = matMul(reshape(x, [steps * examples, features]), transpose(w, [1, 0]));
  if (biases && recurrentBias) {
    const summed = cell.summedBiases * hidden;
    const added = slice(recurrentBias, 0, 0, summed);
    projected = add(projected, add(part(biases, 0, 2), pad(added, [0, cell.gates * hidden - summed])));
  }

  const zeros = full(0, { type: x.type, shape: [examples, hidden] });
  const shared = { r, recurrentBias, peepholes: optional(7), activations: activationsOf(node, cell, direction) };
  let state: State = { h: optional(5) ?? zeros, c: optional(6) ?? zeros };
  const states = new Array<State>(steps);
  for (let count = 0; count < steps; count++) {
    const at = isReversed ? steps - 1 - count : count;
    state = cell.next({ ...shared, state, input: slice(projected, 0, at * examples, examples) });
    states[at] = state;
  }
  return states;
}

/** Outputs Y [steps, directions, examples, hidden], Y_h [directions, examples, hidden] and, of an LSTM, Y_c. */
function recurrent(node: OnnxNode, cell: Cell): Value[] {
  if (node.int('layout', 0) !== 0) throw node.refuse('layout 1 is not supported; export it with layout 0.');
  if (['activation_alpha', 'activation_beta'].some(name => (node.floats(name) ?? []).length > 0)) {
    throw node.refuse('activations with numbers of their own are not supported.');
  }
  if (node.has('clip')) throw node.refuse('attribute clip is not supported; export it without.');
  if (node.int('input_forget', 0) !== 0) throw node.refuse('attribute input_forget is not supported.');
  const steps = node.input(0).shape[0]!;
  if (steps > UNROLLED_STEPS_MAX) {
    throw node.refuse(`sequences of ${steps} steps are longer than the ${UNROLLED_STEPS_MAX} that are unrolled.`);
  }
  if (steps === 0) throw node.refuse('its sequences have no steps.');
  if (node.known(4, 'sequence_lens')?.some(length => length !== steps)) {
    throw node.refuse('sequences of different lengths are not supported; export it without sequence_lens.');
  }
  const direction = node.text('direction', 'forward');
  const isReversed = directions.get(direction);
  if (!isReversed) throw node.refuse(`direction ${direction} is unknown.`);
  const runs = isReversed.map((reversed, index) => runDirection(node, cell, index, reversed));
  const last = runs.map((states, index) => states[isReversed[index] ? 0 : steps - 1]!);
  const stacked = (values: readonly Value[]): Value =>
    concat(
      values.map(value => reshape(value, [1, ...value.shape])),
      0,
    );
  const y = Array.from({ length: steps }, (_, at) => stacked(runs.map(states => states[at]!.h)));
  const cells = last.flatMap(({ c }) => (c ? [c] : []));
  return [stacked(y), stacked(last.map(({ h }) => h)), ...(cells.length > 0 ? [stacked(cells)] : [])];
}

export const recurrentRules: Readonly<Record<string, Rule>> = {
  LSTM: node => recurrent(node, lstm),
  GRU: node => recurrent(node, gru(node.int('linear_before_reset', 0) !== 0)),
  RNN: node => recurrent(node, rnn),
};
