/** Rules for linear layers and for what training alone does. */
import { constant, scalar, type Value } from '../../graph.ts';
import { type Rule, reshape } from './shared.ts';
import { windowsOf } from './windows.ts';

/** α·A·B + β·C with A and B perhaps transposed (ONNX Gemm), written with MatMul. */
const gemm: Rule = node => {
  const matrix = (index: number, transposed: string) =>
    node.int(transposed, 0) ? node.apply('Transpose', [node.input(index)], { perm: [1, 0] }) : node.input(index);
  const scaled = (value: Value, factor: number) => (factor === 1 ? value : node.apply('Mul', [value, scalar(factor)]));
  const product = scaled(node.apply('MatMul', [matrix(0, 'transA'), matrix(1, 'transB')]), node.float('alpha', 1));
  const bias = node.inputs[2];
  return bias ? node.apply('Add', [product, scaled(bias, node.float('beta', 1))]) : product;
};

/** Matrix product with the vector forms of NumPy: a vector gains an axis, and the result loses it. */
const matMul: Rule = node => {
  const a = node.input(0);
  const b = node.input(1);
  const left = a.shape.length === 1 ? reshape(node, a, [1, ...a.shape]) : a;
  const right = b.shape.length === 1 ? reshape(node, b, [...b.shape, 1]) : b;
  const product = node.apply('MatMul', [left, right]);
  const shape = [...product.shape];
  if (b.shape.length === 1) shape.pop();
  if (a.shape.length === 1) shape.splice(shape.length - (b.shape.length === 1 ? 1 : 2), 1);
  return reshape(node, product, shape);
};

const dropout: Rule = node => {
  const training = node.opset >= 12 && node.inputs[2] ? node.known(2, 'training_mode')![0] !== 0 : false;
  if (training) node.surroundings.note(`${node.name}: Dropout in training mode was read in evaluation mode.`);
  const mask = constant({ dtype: 'bool', shape: [], data: Uint8Array.of(1) });
  return [node.input(0), mask];
};

const convolution: Rule = node => {
  const x = node.input(0);
  const kernel = node.ints('kernel_shape') ?? node.input(1).shape.slice(2);
  return node.apply('Conv', node.present(), { ...windowsOf(node, x, kernel), group: node.int('group', 1) });
};

const convTranspose: Rule = node => {
  const x = node.input(0);
  if (node.has('output_shape') || node.text('auto_pad', 'NOTSET') !== 'NOTSET') {
    throw node.refuse('output_shape and auto_pad are not supported; export it with explicit pads.');
  }
  const kernel = node.ints('kernel_shape') ?? node.input(1).shape.slice(2);
  return node.apply('ConvTranspose', node.present(), {
    ...windowsOf(node, x, kernel),
    group: node.int('group', 1),
    output_padding: node.ints('output_padding') ?? kernel.map(() => 0),
  });
};

export const networkRules: Readonly<Record<string, Rule>> = {
  Dropout: dropout,
  MatMul: matMul,
  Gemm: gemm,
  Conv: convolution,
  ConvTranspose: convTranspose,
};
