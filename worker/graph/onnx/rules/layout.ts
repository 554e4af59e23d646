/** Rules for operators that move elements. */
import { elementCount } from '../../../tensor.ts';
import type { Value } from '../../graph.ts';
import { broadcastShapes, normalizeAxis } from '../../shapes.ts';
import type { Attributes } from '../../types.ts';
import type { OnnxNode } from '../node.ts';
import { resize } from './resize.ts';
import { allAxes, axesOf, type Rule, reshape } from './shared.ts';

/** The target of a Reshape: 0 copies a size, −1 is what remains; a batch size written into it follows the sample's. */
const reshapeRule: Rule = node => {
  const x = node.input(0);
  const target = [...(node.known(1, 'the shape of a Reshape') ?? [])];
  const { rebatch } = node.surroundings;
  if (rebatch && target[0] === rebatch.declared && x.shape[0] === rebatch.actual) {
    const rest = target.slice(1);
    const rowSize = elementCount(x.shape.slice(1));
    // Row-major order keeps each example's elements together exactly if a row's size stays what it was.
    if (rest.includes(-1) || elementCount(rest) === rowSize) target[0] = rebatch.actual;
  }
  const sizes = target.map((size, axis) => (size === 0 && !node.int('allowzero', 0) ? (x.shape[axis] ?? 0) : size));
  const free = sizes.indexOf(-1);
  if (free >= 0) sizes[free] = elementCount(x.shape) / -elementCount(sizes);
  return reshape(node, x, sizes);
};

const flatten: Rule = node => {
  const x = node.input(0);
  const given = node.int('axis', 1);
  const axis = given < 0 ? given + x.shape.length : given;
  return reshape(node, x, [elementCount(x.shape.slice(0, axis)), elementCount(x.shape.slice(axis))]);
};

const squeeze: Rule = node => {
  const x = node.input(0);
  const axes = axesOf(node, 13)?.map(axis => normalizeAxis(axis, x.shape.length));
  return reshape(
    node,
    x,
    x.shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)),
  );
};

const unsqueeze: Rule = node => {
  const x = node.input(0);
  const given = axesOf(node, 13) ?? [];
  const rank = x.shape.length + given.length;
  const axes = new Set(given.map(axis => normalizeAxis(axis, rank)));
  const sizes = x.shape[Symbol.iterator]();
  return reshape(
    node,
    x,
    Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : sizes.next().value!)),
  );
};

const slice: Rule = node => {
  const x = node.input(0);
  const rank = x.shape.length;
  const asInputs = node.opset >= 10;
  const starts = asInputs ? node.known(1, 'the start of a Slice') : node.ints('starts');
  const ends = asInputs ? node.known(2, 'the end of a Slice') : node.ints('ends');
  if (!starts || !ends) throw node.refuse('starts or ends are missing.');
  const axes = (asInputs ? node.known(3, 'the axes of a Slice') : node.ints('axes')) ?? starts.map((_, index) => index);
  const steps = (asInputs ? node.known(4, 'the steps of a Slice') : null) ?? starts.map(() => 1);
  const attributes = { starts: x.shape.map(() => 0), steps: x.shape.map(() => 1), sizes: [...x.shape] };
  axes.forEach((given, index) => {
    const axis = normalizeAxis(given, rank);
    const size = x.shape[axis]!;
    const step = steps[index]!;
    const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const start = step > 0 ? clamp(starts[index]!, 0, size) : clamp(starts[index]!, 0, size - 1);
    const end = step > 0 ? clamp(ends[index]!, 0, size) : clamp(ends[index]!, -1, size - 1);
    attributes.starts[axis] = start;
    attributes.steps[axis] = step;
    attributes.sizes[axis] = Math.max(0, Math.ceil((end - start) / step));
  });
  return node.apply('Slice', [x], attributes);
};

const split: Rule = node => {
  const x = node.input(0);
  const axis = normalizeAxis(node.int('axis', 0), x.shape.length);
  const size = x.shape[axis]!;
  const even = Math.ceil(size / node.outputCount);
  const sizes =
    (node.opset < 13 ? node.ints('split') : node.known(1, 'the sizes of a Split')) ??
    Array.from({ length: node.outputCount }, (_, index) => Math.min(even, size - index * even));
  let start = 0;
  return sizes.map(length => {
    const part = node.apply('Slice', [x], {
      starts: x.shape.map((_, at) => (at === axis ? start : 0)),
      steps: x.shape.map(() => 1),
      sizes: x.shape.map((old, at) => (at === axis ? length : old)),
    });
    start += length;
    return part;
  });
};

const pad: Rule = node => {
  const x = node.input(0);
  const rank = x.shape.length;
  const asInputs = node.opset >= 11;
  const given = asInputs ? node.known(1, 'the width of a padding') : node.ints('pads');
  if (!given) throw node.refuse('pads are missing.');
  const value = asInputs ? (node.known(2, 'the value of a padding')?.[0] ?? 0) : node.float('value', 0);
  const axes = (asInputs ? node.known(3, 'the axes of a padding') : null) ?? allAxes(x);
  const pads = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, index) => {
    pads[normalizeAxis(axis, rank)] = given[index]!;
    pads[normalizeAxis(axis, rank) + rank] = given[index + axes.length]!;
  });
  const mode = node.text('mode', 'constant');
  if (!['constant', 'reflect', 'edge', 'wrap'].includes(mode))
    throw node.refuse(`padding mode ${mode} is not supported.`);
  if (mode === 'constant') return padded(node, x, { pads, mode, value });
  // Negative widths crop before what is left is mirrored or repeated.
  const cropped = padded(node, x, { pads: pads.map(width => Math.min(width, 0)), mode: 'constant', value: 0 });
  return padded(node, cropped, { pads: pads.map(width => Math.max(width, 0)), mode, value: 0 });
};

const padded = (node: OnnxNode, x: Value, attributes: { readonly pads: readonly number[] } & Attributes): Value =>
  attributes.pads.every(width => width === 0) ? x : node.apply('Pad', [x], attributes);

const transpose: Rule = node => {
  const x = node.input(0);
  return node.apply('Transpose', [x], { perm: node.ints('perm') ?? allAxes(x).reverse() });
};

const expand: Rule = node => {
  const x = node.input(0);
  const target = node.known(1, 'the shape of an Expand') ?? [];
  const sizes = broadcastShapes([x.shape, target]);
  return sizes.join() === x.shape.join() ? x : node.apply('Expand', [x], { shape: sizes });
};

const tile: Rule = node =>
  node.apply('Tile', [node.input(0)], { repeats: node.known(1, 'the repeats of a Tile') ?? [] });

const concat: Rule = node =>
  node.apply('Concat', node.present(), { axis: normalizeAxis(node.int('axis', 0), node.input(0).shape.length) });

/** Channels become blocks of pixels, in one of two orders of a channel's index: depth first, or column and row. */
const depthToSpace: Rule = node => {
  const [batch, channels, height, width] = node.input(0).shape as [number, number, number, number];
  const block = node.int('blocksize', 1);
  const depth = channels / block ** 2;
  const parted =
    node.text('mode', 'DCR') === 'DCR'
      ? { shape: [batch, block, block, depth, height, width], perm: [0, 3, 4, 1, 5, 2] }
      : { shape: [batch, depth, block, block, height, width], perm: [0, 1, 4, 2, 5, 3] };
  const turned = node.apply('Transpose', [reshape(node, node.input(0), parted.shape)], { perm: parted.perm });
  return reshape(node, turned, [batch, depth, height * block, width * block]);
};

/** Blocks of pixels become channels. */
const spaceToDepth: Rule = node => {
  const [batch, channels, height, width] = node.input(0).shape as [number, number, number, number];
  const block = node.int('blocksize', 1);
  const rows = height / block;
  const columns = width / block;
  const parted = reshape(node, node.input(0), [batch, channels, rows, block, columns, block]);
  const turned = node.apply('Transpose', [parted], { perm: [0, 3, 5, 1, 2, 4] });
  return reshape(node, turned, [batch, channels * block ** 2, rows, columns]);
};

const trilu: Rule = node =>
  node.apply('Trilu', [node.input(0)], { upper: node.int('upper', 1), k: node.known(1, 'k of a Trilu')?.[0] ?? 0 });

export const layoutRules: Readonly<Record<string, Rule>> = {
  Reshape: reshapeRule,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Slice: slice,
  Split: split,
  Concat: concat,
  Expand: expand,
  Tile: tile,
  Pad: pad,
  Trilu: trilu,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Resize: resize,
  Upsample: resize,
};
