import { gaussians } from '../../worker/direction/gaussian.ts';
import { ATTRIBUTE, DATA_TYPE, encodeModel, type NodeProto } from '../../worker/graph/onnx/schema.ts';
import type { NamedArray } from '../../worker/io/npzWriter.ts';
import { elementCount } from '../../worker/tensor.ts';

/** Pixels of a digit, two hidden layers, classes: 2 410 parameters. */
const WIDTHS = [64, 24, 24, 10] as const;

/** The operator set of the written model, and an IR version that goes with it. */
const OPSET = 17;
const IR_VERSION = 8;

interface Layer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

const LAYERS: readonly Layer[] = WIDTHS.slice(1).map((outputs, index) => ({
  name: `fc${index + 1}`,
  inputs: WIDTHS[index]!,
  outputs,
}));

/**
 * Parameters to start from: weights of variance 2/(number of inputs), which keeps the size of activations through layers
 * with ReLU (He et al. 2015, arXiv 1502.01852, equation 10), and biases of 0. Weights are [outputs, inputs].
 */
export function initialParameters(seed: number): NamedArray[] {
  return LAYERS.flatMap(({ name, inputs, outputs }) => {
    const deviation = Math.sqrt(2 / inputs);
    const weight = gaussians(['initial', seed, name], outputs * inputs).map(value => value * deviation);
    return [
      { name: `${name}.weight`, shape: [outputs, inputs], data: Float32Array.from(weight) },
      { name: `${name}.bias`, shape: [outputs], data: new Float32Array(outputs) },
    ];
  });
}

/** The network as an ONNX file: layers with ReLU between them, on images of 1×8×8, for any number of examples. */
export function networkModel(): Uint8Array {
  const flatten: NodeProto = { op_type: 'Flatten', input: ['image'], output: ['pixels'] };
  const layers = LAYERS.flatMap(({ name }, index): NodeProto[] => {
    const isLast = index === LAYERS.length - 1;
    const gemm: NodeProto = {
      op_type: 'Gemm',
      name,
      input: [index === 0 ? 'pixels' : `${LAYERS[index - 1]!.name}.relu`, `${name}.weight`, `${name}.bias`],
      output: [isLast ? 'logits' : name],
      attribute: [{ name: 'transB', type: ATTRIBUTE.int, i: 1 }],
    };
    return isLast ? [gemm] : [gemm, { op_type: 'Relu', input: [name], output: [`${name}.relu`] }];
  });
  return encodeModel({
    ir_version: IR_VERSION,
    producer_name: 'basin',
    opset_import: [{ domain: '', version: OPSET }],
    graph: {
      name: 'digits',
      node: [flatten, ...layers],
      initializer: initialParameters(0).map(({ name, shape }) => ({
        name,
        dims: [...shape],
        data_type: DATA_TYPE.float32,
        raw_data: new Uint8Array(4 * elementCount(shape)),
      })),
      input: [{ name: 'image', type: floats('batch', 1, 8, 8) }],
      output: [{ name: 'logits', type: floats('batch', WIDTHS.at(-1)!) }],
    },
  });
}

const floats = (batch: string, ...shape: number[]) => ({
  tensor_type: {
    elem_type: DATA_TYPE.float32,
    shape: { dim: [{ dim_param: batch }, ...shape.map(size => ({ dim_value: size }))] },
  },
});
