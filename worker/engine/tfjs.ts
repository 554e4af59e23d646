/**
 * The engine TensorFlow.js: interprets a graph operator by operator, in float32, on the best backend that is there.
 * The graph has its derivatives already; TensorFlow.js differentiates nothing.
 */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { BasinError, computationError, messageOf } from '../errors.ts';
import { type AppliedValue, type Graph, outputsOf, topologicalOrder, type Value } from '../graph/graph.ts';
import { decompose } from '../graph/rewrite.ts';
import type { TfjsReport } from '../results.ts';
import { elementCount, type Tensor, tensorFromNumbers } from '../tensor.ts';
import type { Engine, Feeds, Program, Session } from './engine.ts';
import { type Backend, loadBackend, NATIVE_REMEDY } from './tfjs/backend.ts';
import { sizes, type Tf, type TfTensor, typeIn } from './tfjs/kernel.ts';
import { kernels } from './tfjs/kernels.ts';

/**
 * Starts the engine, which computes on the thread that calls it.
 * Throws `usage` where the TensorFlow.js that the user points to cannot be had.
 */
export async function createTfjsEngine(): Promise<Engine> {
  const backend = await loadBackend();
  return {
    name: nameOf(backend),
    dtype: 'float32',
    device: backend.device,
    // The native packages divide their own work; WebAssembly computes on one thread.
    threads: backend.name === 'wasm' ? 1 : availableParallelism(),
    lanes: 1,
    compile: (graph, layout) => compile(backend.tf, graph, layout),
    dispose: async () => {},
  };
}

/** What the engine would compute with. */
export async function describeBackend(): Promise<TfjsReport> {
  try {
    const backend = await loadBackend();
    const how =
      backend.name !== 'wasm'
        ? `It computes with the library of ${backend.name}.`
        : 'It computes in WebAssembly on one thread, slower than ONNX Runtime.';
    return {
      engine: nameOf(backend),
      device: backend.device,
      reason: [how, ...backend.passedOver].join(' '),
      remedy: backend.name === 'wasm' ? NATIVE_REMEDY : null,
    };
  } catch (error) {
    return { engine: null, device: null, reason: messageOf(error), remedy: null };
  }
}

const nameOf = ({ name, version }: Backend): string => `tfjs ${version} (${name})`;

function compile(tf: Tf, graph: Graph, layout: ReadonlyMap<string, number>): Program {
  // What is written with simpler operators to be differentiated is computed so, too.
  const outputs = decompose(outputsOf(graph));
  const order = topologicalOrder(outputs);
  const uses = usesOf(order, outputs);
  const constants = new Map<Value, TfTensor>();

  const open = async (theta: Float32Array): Promise<Session> => {
    for (const value of order) if (value.kind === 'applied' && !kernels[value.operator]) throw lacksKernel(value);
    for (const value of order) {
      if (value.kind === 'constant' && !constants.has(value))
        constants.set(value, upload(tf, value.tensor, value.name));
    }
    const parameters = new Map<Value, TfTensor>();
    for (const value of order) {
      if (value.kind !== 'parameter') continue;
      const from = layout.get(value.name)!;
      // A copy: the caller may change θ while the session is open.
      const data = theta.slice(from, from + elementCount(value.shape));
      parameters.set(value, tf.tensor(data, sizes(value.shape), 'float32'));
    }
    return {
      run: async feeds => {
        // It computes where requests arrive, which must get their turn between two minibatches.
        await setImmediate();
        const inputs = new Map<Value, TfTensor>();
        try {
          for (const value of graph.inputs) inputs.set(value, upload(tf, feeds[value.name]!, value.name));
          const held = new Map([...constants, ...parameters, ...inputs]);
          return await download(evaluate(tf, order, outputs, uses, held), outputs);
        } finally {
          for (const tensor of inputs.values()) tensor.dispose();
        }
      },
      close: async () => {
        for (const tensor of parameters.values()) tensor.dispose();
        parameters.clear();
      },
    };
  };
  const inDouble = order.some(({ type }) => type === 'float64');
  return {
    open,
    notes: inDouble ? ['TensorFlow.js has no float64; what is computed in it elsewhere was computed in float32.'] : [],
    close: async () => {
      for (const tensor of constants.values()) tensor.dispose();
      constants.clear();
    },
  };
}

const lacksKernel = (node: AppliedValue): Error =>
  computationError(`node ${node.name}: the engine tfjs has no rule for ${node.operator}; use the engine onnxruntime.`);

/** How often each value is used, by operators and as an output. */
function usesOf(order: readonly Value[], outputs: readonly Value[]): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  const count = (value: Value) => uses.set(value, (uses.get(value) ?? 0) + 1);
  outputs.forEach(count);
  for (const value of order) if (value.kind === 'applied') value.inputs.forEach(count);
  return uses;
}

/**
 * The outputs' tensors, which the caller frees; one that is an input, a parameter or a constant is a copy.
 * @param held tensors of all leaves, which stay.
 * Throws `computation`, naming the node that failed.
 */
function evaluate(
  tf: Tf,
  order: readonly Value[],
  outputs: readonly Value[],
  uses: ReadonlyMap<Value, number>,
  held: ReadonlyMap<Value, TfTensor>,
): TfTensor[] {
  const left = new Map(uses);
  const computed = new Map<Value, TfTensor>();
  const tensorOf = (value: Value): TfTensor => held.get(value) ?? computed.get(value)!;
  try {
    for (const node of order) {
      if (node.kind !== 'applied') continue;
      computed.set(node, apply(tf, node, node.inputs.map(tensorOf)));
      // A tensor is freed after its last use, so that a deep network does not keep all its activations.
      for (const from of node.inputs) {
        const count = left.get(from)! - 1;
        left.set(from, count);
        if (count > 0) continue;
        computed.get(from)?.dispose();
        computed.delete(from);
      }
    }
    return outputs.map(output => tf.clone(tensorOf(output)));
  } finally {
    for (const tensor of computed.values()) tensor.dispose();
  }
}

function apply(tf: Tf, node: AppliedValue, inputs: readonly TfTensor[]): TfTensor {
  try {
    // What a kernel makes on the way ends with it.
    return tf.tidy(() => {
      const result = kernels[node.operator]!(tf, inputs, node);
      return result.shape.join() === node.shape.join() ? tf.clone(result) : tf.reshape(result, sizes(node.shape));
    });
  } catch (error) {
    if (error instanceof BasinError) throw error;
    throw computationError(`node ${node.name}: TensorFlow.js failed at ${node.operator}: ${messageOf(error)}`, error);
  }
}

/** Puts a tensor onto the backend. Throws `computation` where a whole number needs more than 32 bits. */
function upload(tf: Tf, { dtype, shape, data }: Feeds[string], name: string): TfTensor {
  const type = typeIn[dtype];
  if (type === 'float32') return tf.tensor(Float32Array.from(data as ArrayLike<number>), sizes(shape), type);
  if (type === 'bool') return tf.tensor(Uint8Array.from(data as Uint8Array), sizes(shape), type);
  const whole = Int32Array.from(data as ArrayLike<number | bigint>, value => {
    const number = Number(value);
    if (number === (number | 0)) return number;
    throw computationError(
      `${name}: it holds ${value}, and TensorFlow.js has no whole numbers of more than 32 bits; use the engine onnxruntime.`,
    );
  });
  return tf.tensor(whole, sizes(shape), type);
}

/** Reads tensors in the types of the values they stand for, but for float64, and frees them. */
async function download(tensors: readonly TfTensor[], values: readonly Value[]): Promise<Tensor[]> {
  try {
    return await Promise.all(
      tensors.map(async (tensor, index) => {
        const { type, shape } = values[index]!;
        return tensorFromNumbers(await tensor.data(), type === 'float64' ? 'float32' : type, shape);
      }),
    );
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}
