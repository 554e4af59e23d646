import { type Attribute, ints, type Model, random } from './model.ts';

const [STEPS, EXAMPLES, FEATURES, HIDDEN] = [4, 2, 3, 2] as const;

type Cell = 'LSTM' | 'GRU' | 'RNN';

const GATES: Readonly<Record<Cell, number>> = { LSTM: 4, GRU: 3, RNN: 1 };

interface Layer {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Optional inputs beyond the weights, by their names in the specification. */
  readonly inputs?: readonly ('B' | 'sequence_lens' | 'initial_h' | 'initial_c' | 'P')[];
}

/** A layer all of whose outputs are joined. */
function layer(cell: Cell, { attributes = {}, inputs = [] }: Layer = {}): Model {
  const directions = attributes.direction === 'bidirectional' ? 2 : 1;
  const rows = GATES[cell] * HIDDEN;
  const optional = {
    B: random(directions, 2 * rows),
    sequence_lens: { ...ints([STEPS, STEPS]), data_type: 6, int64_data: [], int32_data: [STEPS, STEPS] },
    initial_h: random(directions, EXAMPLES, HIDDEN),
    initial_c: random(directions, EXAMPLES, HIDDEN),
    P: random(directions, 3 * HIDDEN),
  };
  const names = (['B', 'sequence_lens', 'initial_h', 'initial_c', 'P'] as const).map(name =>
    inputs.includes(name) ? name : '',
  );
  const outputs = cell === 'LSTM' ? ['Y', 'Y_h', 'Y_c'] : ['Y', 'Y_h'];
  const used = cell === 'LSTM' ? names : names.slice(0, 3);
  while (used.at(-1) === '') used.pop();
  return {
    opset: 14,
    x: [STEPS, EXAMPLES, FEATURES],
    nodes: [
      {
        op: cell,
        in: ['x', 'W', 'R', ...used],
        out: outputs,
        attributes: { hidden_size: HIDDEN, ...attributes },
      },
      ...outputs.map(name => ({ op: 'Reshape', in: [name, 'flat'], out: [`${name}:flat`] })),
      { op: 'Concat', in: outputs.map(name => `${name}:flat`), out: ['y'], attributes: { axis: 0 } },
    ],
    initializers: {
      W: random(directions, rows, FEATURES),
      R: random(directions, rows, HIDDEN),
      flat: ints([-1]),
      ...Object.fromEntries(inputs.map(name => [name, optional[name]])),
    },
  };
}

const bidirectional = { direction: 'bidirectional' };

/** Recurrent layers, unrolled. */
export const recurrentModels: Readonly<Record<string, Model>> = {
  'LSTM without biases': layer('LSTM'),
  'LSTM with biases and initial states': layer('LSTM', { inputs: ['B', 'initial_h', 'initial_c'] }),
  'LSTM with peepholes, backwards': layer('LSTM', {
    attributes: { direction: 'reverse' },
    inputs: ['B', 'sequence_lens', 'P'],
  }),
  'LSTM in both directions': layer('LSTM', {
    attributes: { ...bidirectional },
    inputs: ['B', 'sequence_lens', 'initial_h', 'initial_c', 'P'],
  }),
  'LSTM with given activations': layer('LSTM', {
    attributes: { activations: { texts: ['Sigmoid', 'Relu', 'Tanh'] } },
    inputs: ['B'],
  }),
  'GRU that resets before the product': layer('GRU', { inputs: ['B', 'initial_h'] }),
  'GRU that resets after the product': layer('GRU', {
    attributes: { linear_before_reset: 1 },
    inputs: ['B', 'initial_h'],
  }),
  'GRU without biases': layer('GRU', { attributes: { linear_before_reset: 1 } }),
  'GRU in both directions': layer('GRU', { attributes: { ...bidirectional }, inputs: ['B', 'initial_h'] }),
  'RNN in both directions with different activations': layer('RNN', {
    attributes: { ...bidirectional, activations: { texts: ['Relu', 'Tanh'] } },
    inputs: ['B'],
  }),
  'RNN backwards': layer('RNN', { attributes: { direction: 'reverse' }, inputs: ['initial_h'] }),
};
