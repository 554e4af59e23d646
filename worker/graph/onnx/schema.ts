/**
 * The messages of the ONNX format that Basin reads and writes, as a protobuf descriptor written from the ONNX
 * specification (onnx.proto, IR version 11). Field numbers are the specification's; unknown fields are skipped.
 */
import protobuf from 'protobufjs/light.js';

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated' });

const descriptor = {
  options: { syntax: 'proto3' },
  nested: {
    ModelProto: {
      fields: {
        ir_version: field(1, 'int64'),
        producer_name: field(2, 'string'),
        producer_version: field(3, 'string'),
        graph: field(7, 'GraphProto'),
        opset_import: repeated(8, 'OperatorSetIdProto'),
        functions: repeated(25, 'FunctionProto'),
      },
    },
    OperatorSetIdProto: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    /** Only detected: Basin refuses models with local functions. */
    FunctionProto: { fields: { name: field(1, 'string'), domain: field(10, 'string') } },
    GraphProto: {
      fields: {
        node: repeated(1, 'NodeProto'),
        name: field(2, 'string'),
        initializer: repeated(5, 'TensorProto'),
        input: repeated(11, 'ValueInfoProto'),
        output: repeated(12, 'ValueInfoProto'),
        sparse_initializer: repeated(15, 'SparseTensorProto'),
      },
    },
    /** Only detected: Basin refuses sparse initializers. */
    SparseTensorProto: { fields: { values: field(1, 'TensorProto') } },
    NodeProto: {
      fields: {
        input: repeated(1, 'string'),
        output: repeated(2, 'string'),
        name: field(3, 'string'),
        op_type: field(4, 'string'),
        attribute: repeated(5, 'AttributeProto'),
        domain: field(7, 'string'),
      },
    },
    AttributeProto: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        t: field(5, 'TensorProto'),
        g: field(6, 'GraphProto'),
        floats: repeated(7, 'float'),
        ints: repeated(8, 'int64'),
        strings: repeated(9, 'bytes'),
        type: field(20, 'int32'),
      },
    },
    ValueInfoProto: { fields: { name: field(1, 'string'), type: field(2, 'TypeProto') } },
    TypeProto: { fields: { tensor_type: field(1, 'TensorType') } },
    TensorType: { fields: { elem_type: field(1, 'int32'), shape: field(2, 'TensorShapeProto') } },
    TensorShapeProto: { fields: { dim: repeated(1, 'Dimension') } },
    Dimension: {
      oneofs: { value: { oneof: ['dim_value', 'dim_param'] } },
      fields: { dim_value: field(1, 'int64'), dim_param: field(2, 'string') },
    },
    TensorProto: {
      fields: {
        dims: repeated(1, 'int64'),
        data_type: field(2, 'int32'),
        float_data: repeated(4, 'float'),
        int32_data: repeated(5, 'int32'),
        int64_data: repeated(7, 'int64'),
        name: field(8, 'string'),
        raw_data: field(9, 'bytes'),
        double_data: repeated(10, 'double'),
        uint64_data: repeated(11, 'uint64'),
        external_data: repeated(13, 'StringStringEntryProto'),
        data_location: field(14, 'int32'),
      },
    },
    StringStringEntryProto: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
  },
};

/** 64-bit integers arrive as `Long` and may be given as numbers. */
export type Integer = number | { toNumber(): number };

export interface TensorProto {
  dims?: Integer[];
  data_type?: number;
  float_data?: number[];
  int32_data?: number[];
  int64_data?: Integer[];
  uint64_data?: Integer[];
  double_data?: number[];
  name?: string;
  raw_data?: Uint8Array;
  external_data?: { key: string; value: string }[];
  data_location?: number;
}

export interface AttributeProto {
  name: string;
  type?: number;
  f?: number;
  i?: Integer;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats?: number[];
  ints?: Integer[];
  strings?: Uint8Array[];
}

export interface NodeProto {
  input?: string[];
  output?: string[];
  name?: string;
  op_type: string;
  domain?: string;
  attribute?: AttributeProto[];
}

export interface ValueInfoProto {
  name: string;
  type?: { tensor_type?: { elem_type?: number; shape?: { dim?: { dim_value?: Integer; dim_param?: string }[] } } };
}

export interface GraphProto {
  name?: string;
  node?: NodeProto[];
  initializer?: TensorProto[];
  sparse_initializer?: object[];
  input?: ValueInfoProto[];
  output?: ValueInfoProto[];
}

export interface ModelProto {
  ir_version?: Integer;
  producer_name?: string;
  producer_version?: string;
  graph?: GraphProto;
  opset_import?: { domain?: string; version?: Integer }[];
  functions?: { name?: string; domain?: string }[];
}

const messages = protobuf.Root.fromJSON(descriptor).lookupType('ModelProto');

/**
 * Decodes the bytes of an ONNX file. Tensor contents are slices of `bytes`, not copies.
 * Throws protobufjs's error where they are no such message.
 */
export const decodeModel = (bytes: Uint8Array): ModelProto => messages.decode(bytes) as ModelProto;

/** Encodes a model. */
export const encodeModel = (model: ModelProto): Uint8Array => messages.encode(messages.fromObject(model)).finish();

export const toNumber = (value: Integer | undefined): number =>
  value === undefined ? 0 : typeof value === 'number' ? value : value.toNumber();

/** AttributeProto.AttributeType. */
export const ATTRIBUTE = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

/** TensorProto.DataType of each element type that Basin's tensors have. */
export const DATA_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;
