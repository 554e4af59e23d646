/** Models as ONNX files hold them, for the tests that raise them. */
import { gaussians } from '../../../../worker/direction/gaussian.ts';
import {
  ATTRIBUTE,
  type AttributeProto,
  DATA_TYPE,
  encodeModel,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from '../../../../worker/graph/onnx/schema.ts';
import { elementCount } from '../../../../worker/tensor.ts';

export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto };

/** The largest int64, which exporters write for an open end. */
export const TO_THE_END = 2 ** 63;

/** A node as ONNX files write it; `x` is the model's input, `y` its output. */
export interface Node {
  readonly op: string;
  readonly in: readonly string[];
  readonly out: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface Model {
  readonly opset: number;
  /** Shape of the input as data come; what the file declares, where that differs. */
  readonly x: readonly number[];
  readonly declared?: readonly (number | string)[];
  /** Element type of the output, float32 where absent. */
  readonly y?: number;
  readonly nodes: readonly Node[];
  readonly initializers?: Readonly<Record<string, TensorProto>>;
}

export const floats = (values: readonly number[], shape: readonly number[] = [values.length]): TensorProto => ({
  data_type: DATA_TYPE.float32,
  dims: [...shape],
  float_data: [...values],
});
export const ints = (values: readonly number[], shape: readonly number[] = [values.length]): TensorProto => ({
  data_type: DATA_TYPE.int64,
  dims: [...shape],
  int64_data: [...values],
});
export const bools = (values: readonly number[], shape: readonly number[] = [values.length]): TensorProto => ({
  data_type: DATA_TYPE.bool,
  dims: [...shape],
  int32_data: [...values],
});
export const random = (...shape: number[]): TensorProto => floats([...gaussians(shape, elementCount(shape))], shape);

function attributeProto(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: Buffer.from(value) };
  if ('float' in value) return { name, type: ATTRIBUTE.float, f: value.float };
  if ('floats' in value) return { name, type: ATTRIBUTE.floats, floats: [...value.floats] };
  if ('texts' in value) {
    return { name, type: ATTRIBUTE.strings, strings: value.texts.map(text => Buffer.from(text)) };
  }
  if ('graph' in value) return { name, type: ATTRIBUTE.graph, g: value.graph };
  if ('tensor' in value) return { name, type: ATTRIBUTE.tensor, t: value.tensor };
  return { name, type: ATTRIBUTE.ints, ints: [...value] };
}

/** The bytes of a model's file. */
export function encode({ opset, x, y = DATA_TYPE.float32, declared, nodes, initializers = {} }: Model): Uint8Array {
  const dim = (declared ?? x).map(size => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return encodeModel({
    ir_version: 7,
    opset_import: [{ domain: '', version: opset }],
    graph: {
      name: 'test',
      node: nodes.map(
        ({ op, in: input, out: output, attributes = {} }, index): NodeProto => ({
          op_type: op,
          name: `/${op}_${index}`,
          input: [...input],
          output: [...output],
          attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
        }),
      ),
      initializer: Object.entries(initializers).map(([name, tensor]) => ({ ...tensor, name })),
      input: [{ name: 'x', type: { tensor_type: { elem_type: DATA_TYPE.float32, shape: { dim } } } }],
      output: [{ name: 'y', type: { tensor_type: { elem_type: y } } }],
    },
  });
}

/** A model of one node, whose further inputs are its initializers. */
export const one = (
  op: string,
  opset: number,
  x: readonly number[],
  more: Partial<Model> & Pick<Node, 'attributes'> = {},
): Model => {
  const { attributes, ...rest } = more;
  const inputs = ['x', ...Object.keys(rest.initializers ?? {})];
  return { opset, x, nodes: [{ op, in: inputs, out: ['y'], ...(attributes && { attributes }) }], ...rest };
};
