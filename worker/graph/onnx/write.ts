import type { Tensor } from '../../tensor.ts';
import { type AppliedValue, type Graph, type ParameterValue, type Value, valuesOf } from '../graph.ts';
import type { OperatorName } from '../operators/table.ts';
import { transposedSizes, windowSizes } from '../operators/windows.ts';
import { type Attribute, type Attributes, type GraphType, ints, number } from '../types.ts';
import {
  ATTRIBUTE,
  type AttributeProto,
  DATA_TYPE,
  encodeModel,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema.ts';

/** The operator set that written models use, and the IR version that goes with it. */
const OPSET = 21;
const IR_VERSION = 10;

/** Where a parameter's elements lie in a file beside the model. */
export interface ExternalSlot {
  readonly file: string;
  /** In bytes. */
  readonly offset: number;
}

export interface WriteOptions {
  /** The place of each parameter's contents; without it parameters are inputs of the written model. */
  external?(parameter: ParameterValue): ExternalSlot;
}

/** An integer vector that a node takes as an input, or a float where the operator wants one. */
type Extra = { readonly int64: readonly number[]; readonly scalar?: true } | { readonly float: number };

interface Emission {
  /** The ONNX operator; the canonical one's name where absent. */
  readonly operator?: string;
  /** How many of the ONNX operator's outputs come before the one that is meant. */
  readonly skipped?: number;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Inputs after the values': ONNX takes shapes, axes and bounds as tensors. */
  readonly extras?: readonly Extra[];
}

/** Canonical operators that ONNX spells otherwise; every other one is written as it is. */
const emissions: Partial<Record<OperatorName, (value: AppliedValue) => Emission>> = {
  Reshape: ({ shape }) => ({ extras: [{ int64: shape }], attributes: { allowzero: 1 } }),
  Expand: ({ shape }) => ({ extras: [{ int64: shape }] }),
  Tile: ({ attributes }) => ({ extras: [{ int64: ints(attributes, 'repeats') }] }),
  Slice: ({ attributes, shape }) => {
    const starts = ints(attributes, 'starts');
    const steps = ints(attributes, 'steps');
    const ends = starts.map((start, axis) => {
      const end = start + shape[axis]! * steps[axis]!;
      // A negative end counts from the end of the axis; one that lies before the first element is out of range.
      return end < 0 ? -(2 ** 31) : end;
    });
    return { extras: [starts, ends, shape.map((_, axis) => axis), steps].map(int64 => ({ int64 })) };
  },
  Pad: ({ attributes }) => ({
    extras: [{ int64: ints(attributes, 'pads') }, { float: number(attributes, 'value') }],
    attributes: { mode: attributes.mode! },
  }),
  Clip: ({ attributes }) => ({
    extras: [{ float: number(attributes, 'min') }, { float: number(attributes, 'max') }],
  }),
  Trilu: ({ attributes }) => ({
    extras: [{ int64: [number(attributes, 'k')], scalar: true }],
    attributes: { upper: attributes.upper! },
  }),
  CumSum: ({ attributes: { axis, ...attributes } }) => ({
    extras: [{ int64: [Number(axis)], scalar: true }],
    attributes,
  }),
  MaxPool: value => ({ attributes: poolAttributes(value) }),
  MaxPoolIndices: value => ({ operator: 'MaxPool', skipped: 1, attributes: poolAttributes(value) }),
  AveragePool: value => ({ attributes: poolAttributes(value) }),
  Cast: ({ type }) => ({ attributes: { to: DATA_TYPE[type] } }),
  ...reductions(),
};

/**
 * ONNX Runtime's plan of memory knows nothing of a rule that its pooling follows: with ceil_mode a last window that
 * would begin in the padding is none. So ceil_mode is written only where it adds a window, and the padding of an axis
 * along which it adds none ends with the last window.
 */
function poolAttributes({ attributes, inputs: [x], shape }: AppliedValue): Attributes {
  const sizes = x!.shape.slice(2);
  const floored = windowSizes(sizes, attributes);
  if (floored.join() === shape.slice(2).join()) return { ...attributes, ceil_mode: 0 };
  const strides = ints(attributes, 'strides');
  const reached = transposedSizes(floored, attributes);
  const pads = ints(attributes, 'pads').map((width, at) => {
    const axis = at - sizes.length;
    if (axis < 0 || floored[axis] !== shape[axis + 2]) return width;
    const unused = (sizes[axis]! - reached[axis]!) % strides[axis]!;
    return Math.max(width - unused, 0);
  });
  return { ...attributes, pads, ceil_mode: 1 };
}

function reductions(): Partial<Record<OperatorName, (value: AppliedValue) => Emission>> {
  const names = [
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSum',
    'ReduceLogSumExp',
  ] as const;
  const emit = ({ attributes }: AppliedValue): Emission => ({
    extras: [{ int64: ints(attributes, 'axes') }],
    attributes: { keepdims: attributes.keepdims! },
  });
  return Object.fromEntries(names.map(name => [name, emit]));
}

/** Attributes that ONNX declares as float even where their value is whole. */
const FLOAT_ATTRIBUTES = new Set(['epsilon', 'alpha', 'beta', 'gamma', 'lambd', 'bias']);

/** Writes a graph as an ONNX model that any ONNX tool can open. */
export function writeModel(graph: Graph, options: WriteOptions = {}): Uint8Array {
  const names = new Map<Value, string>();
  const taken = new Set<string>();
  // Derivatives have thousands of nodes named after their operator, so each wish remembers how far it has counted.
  const counts = new Map<string, number>();
  const nameOf = (value: Value, wish: string): string => {
    let name = wish;
    while (taken.has(name)) {
      const count = (counts.get(wish) ?? 0) + 1;
      counts.set(wish, count);
      name = `${wish}:${count}`;
    }
    taken.add(name);
    names.set(value, name);
    return name;
  };
  for (const value of graph.inputs) nameOf(value, value.name);

  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfoProto[] = graph.inputs.map(value => valueInfo(value.name, value));
  const extra = (content: Extra): string => {
    const name = `:${initializers.length}`;
    initializers.push(
      'float' in content
        ? tensorProto(name, { dtype: 'float32', shape: [], data: Float32Array.of(content.float) })
        : tensorProto(name, {
            dtype: 'int64',
            shape: content.scalar ? [] : [content.int64.length],
            data: BigInt64Array.from(content.int64, BigInt),
          }),
    );
    return name;
  };

  for (const value of valuesOf(graph)) {
    if (value.kind === 'parameter') {
      const name = nameOf(value, value.name);
      const slot = options.external?.(value);
      if (slot) initializers.push(externalProto(name, value, slot));
      else inputs.push(valueInfo(name, value));
    } else if (value.kind === 'constant') {
      initializers.push(tensorProto(nameOf(value, value.name || `constant:${names.size}`), value.tensor));
    } else if (value.kind === 'applied') {
      const emission = emissions[value.operator]?.(value) ?? { attributes: value.attributes };
      const name = nameOf(value, value.name);
      const skipped = Array.from({ length: emission.skipped ?? 0 }, (_, index) => `${name}:skipped${index}`);
      nodes.push({
        name,
        op_type: emission.operator ?? value.operator,
        input: [...value.inputs.map(from => names.get(from)!), ...(emission.extras ?? []).map(extra)],
        output: [...skipped, name],
        attribute: Object.entries(emission.attributes ?? {}).map(([name, content]) => attributeProto(name, content)),
      });
    }
  }

  // An output may be an input, a parameter or another output under a second name: ONNX wants a node for that.
  const outputs = graph.outputs.map(({ name, value }) => {
    const written = taken.has(name) ? `${name}:output` : name;
    nodes.push({ op_type: 'Identity', name: written, input: [names.get(value)!], output: [written] });
    return valueInfo(written, value);
  });

  return encodeModel({
    ir_version: IR_VERSION,
    producer_name: 'basin',
    opset_import: [{ domain: '', version: OPSET }],
    graph: { name: 'basin', node: nodes, initializer: initializers, input: inputs, output: outputs },
  });
}

const valueInfo = (name: string, { type, shape }: { type: GraphType; shape: readonly number[] }): ValueInfoProto => ({
  name,
  type: { tensor_type: { elem_type: DATA_TYPE[type], shape: { dim: shape.map(size => ({ dim_value: size })) } } },
});

const tensorProto = (name: string, { dtype, shape, data }: Tensor<GraphType>): TensorProto => ({
  name,
  dims: [...shape],
  data_type: DATA_TYPE[dtype],
  raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

/** TensorProto.DataLocation.EXTERNAL, with the keys of the ONNX specification's "External Data". */
const externalProto = (name: string, { shape }: ParameterValue, { file, offset }: ExternalSlot): TensorProto => ({
  name,
  dims: [...shape],
  data_type: DATA_TYPE.float32,
  data_location: 1,
  external_data: [
    { key: 'location', value: file },
    { key: 'offset', value: String(offset) },
    { key: 'length', value: String(4 * shape.reduce((product, size) => product * size, 1)) },
  ],
});

function attributeProto(name: string, content: Attribute): AttributeProto {
  if (typeof content === 'string') {
    return { name, type: ATTRIBUTE.string, s: new TextEncoder().encode(content) };
  }
  if (typeof content === 'number') {
    return FLOAT_ATTRIBUTES.has(name)
      ? { name, type: ATTRIBUTE.float, f: content }
      : { name, type: ATTRIBUTE.int, i: content };
  }
  return { name, type: ATTRIBUTE.ints, ints: [...content] };
}
