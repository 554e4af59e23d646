/** Recurrent layers, as the recurrent operators of ONNX, which are unrolled. */
import { activationName } from './activations.ts';
import { type Layer, type LayerRule, plain } from './layer.ts';

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

const recurrent =
  (cell: Cell): LayerRule =>
  layer => {
    for (const option of ['return_state', 'stateful', 'time_major']) layer.require(option, false);
    const isReversed = layer.flag('go_backwards', false);
    const returnsSequences = layer.flag('return_sequences', false);
    if (isReversed && returnsSequences) throw layer.refuseOption('go_backwards');
    const x = layer.input();
    const names = ['kernel', 'recurrent_kernel', layer.flag('use_bias', true) ? 'bias' : null] as const;
    const place = { ...layer.place, path: `${layer.place.path}/cell` };
    const [kernel, recurrentKernel, bias] = layer.weights(names, [], place);
    const matrix = (name: string): string =>
      layer.node('Unsqueeze', [layer.transpose(arranged(layer, name, 1, cell), [1, 0]), layer.integers([0])]);
    const inputs = [layer.transpose(x.name, [1, 0, 2]), matrix(kernel.name), matrix(recurrentKernel.name)];
    // After the reset a GRU has two rows of biases, which lie one after the other as the operator takes them.
    const resetsAfter = bias?.shape.length === 2;
    if (bias && resetsAfter) inputs.push(layer.reshape(bias.name, [1, -1]));
    else if (bias) {
      const none = layer.context.network.constant(layer.name, new Array<number>(bias.shape[0]!).fill(0), 'float32');
      const both = layer.node('Concat', [arranged(layer, bias.name, 0, cell), none], { axis: 0 });
      inputs.push(layer.node('Unsqueeze', [both, layer.integers([0])]));
    }
    const isReset = cell.operator === 'GRU' && (bias ? resetsAfter : layer.flag('reset_after', false));
    const own = activationOf(layer, 'activation', 'tanh');
    const gate = cell.operator === 'RNN' ? [] : [activationOf(layer, 'recurrent_activation', 'sigmoid')];
    const activations = [...gate, own, ...(cell.operator === 'LSTM' ? [own] : [])];
    const [all, last] = layer.outputs(
      cell.operator,
      inputs,
      {
        hidden_size: recurrentKernel.shape[0]!,
        direction: isReversed ? 'reverse' : 'forward',
        activations,
        linear_before_reset: Number(isReset),
      },
      2,
    ) as [string, string];
    if (!returnsSequences) return plain(layer.node('Squeeze', [last, layer.integers([0])]), 2);
    return plain(layer.transpose(layer.node('Squeeze', [all, layer.integers([1])]), [1, 0, 2]), 3);
  };

export const recurrentLayers: Readonly<Record<string, LayerRule>> = {
  // Keras has the gates i, f, c, o, and the operator i, o, f, c.
  LSTM: recurrent({ operator: 'LSTM', gates: [0, 3, 1, 2] }),
  GRU: recurrent({ operator: 'GRU', gates: [0, 1, 2] }),
  SimpleRNN: recurrent({ operator: 'RNN', gates: [0] }),
};
