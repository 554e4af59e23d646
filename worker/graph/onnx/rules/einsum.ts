/** Einsum (ONNX specification, Einsum; NumPy's notation), written with transpositions, products and sums. */
import { tensorFromNumbers } from '../../../tensor.ts';
import { expand, matMul, mul, reshape, sum, transpose } from '../../arithmetic.ts';
import { constant, type Value } from '../../graph.ts';
import type { OnnxNode } from '../node.ts';
import type { Rule } from './shared.ts';

/** A value whose axes have labels, no two the same. An axis of size 1 broadcasts where its label stands for an ellipsis. */
interface Labelled {
  readonly value: Value;
  readonly labels: readonly string[];
}

interface Equation {
  readonly terms: readonly (readonly string[])[];
  readonly result: readonly string[];
}

/** Labels of ellipsis axes, counted from the last one. */
const ELLIPSIS = '...';

/** Reads `ij,jk->ik`; without an arrow the result has the labels that occur once, in alphabetical order. */
function parseEquation(node: OnnxNode): Equation {
  const equation = node.text('equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const ranks = node.present().map(value => value.shape.length);
  const given = left.split(',');
  if (given.length !== ranks.length || !/^(?:[A-Za-z]|\.{3}|,)*$/.test(left + (right ?? ''))) {
    throw node.refuse(`its equation ${equation} does not fit ${ranks.length} inputs.`);
  }
  const terms = given.map((term, index) => {
    const named = term.replace(ELLIPSIS, '').length;
    const spread = ranks[index]! - named;
    if (spread < 0 || (spread > 0 && !term.includes(ELLIPSIS))) {
      throw node.refuse(`its equation ${equation} does not fit an input of ${ranks[index]} axes.`);
    }
    return spell(term, spread);
  });
  const labels = terms.flat();
  const spread = new Set(labels.filter(label => label.startsWith(ELLIPSIS))).size;
  if (right !== undefined) return { terms, result: spell(right, spread) };
  const once = labels.filter(
    label => !label.startsWith(ELLIPSIS) && labels.indexOf(label) === labels.lastIndexOf(label),
  );
  return { terms, result: [...spell(ELLIPSIS, spread), ...once.sort()] };
}

/** A term's labels, with an ellipsis of `spread` axes spelled out. */
function spell(term: string, spread: number): string[] {
  const [before = '', after] = term.split(ELLIPSIS);
  if (after === undefined) return [...before];
  return [...before, ...Array.from({ length: spread }, (_, index) => ELLIPSIS + (spread - index)), ...after];
}

const sizeOf = ({ value, labels }: Labelled, label: string): number => value.shape[labels.indexOf(label)] ?? 1;

/** Sums over the labels that `isKept` refuses. */
function sumOut({ value, labels }: Labelled, isKept: (label: string) => boolean): Labelled {
  const kept = labels.filter(isKept);
  if (kept.length === labels.length) return { value, labels };
  const axes = labels.flatMap((label, axis) => (isKept(label) ? [] : [axis]));
  const shape = value.shape.filter((_, axis) => !axes.includes(axis));
  return { value: reshape(sum(value, axes), shape), labels: kept };
}

/** The diagonal of every label that occurs twice: what is off it is multiplied by zero and summed. */
function diagonal(from: Labelled): Labelled {
  const { value, labels } = from;
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis);
  if (second < 0) return from;
  const first = labels.indexOf(labels[second]!);
  const size = value.shape[first]!;
  const identity = tensorFromNumbers(
    Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0)),
    value.type,
    value.shape.map((own, axis) => (axis === first || axis === second ? own : 1)),
  );
  const shape = value.shape.filter((_, axis) => axis !== second);
  const rest = sum(mul(value, constant(identity)), [second]);
  return diagonal({ value: reshape(rest, shape), labels: labels.filter((_, axis) => axis !== second) });
}

/** The value with its axes in the order of `labels`; those it lacks get size 1. */
function arranged({ value, labels }: Labelled, wanted: readonly string[]): Value {
  const present = wanted.filter(label => labels.includes(label));
  const turned = transpose(
    value,
    present.map(label => labels.indexOf(label)),
  );
  return reshape(
    turned,
    wanted.map(label => (labels.includes(label) ? value.shape[labels.indexOf(label)]! : 1)),
  );
}

/** Two values' product, summed over the labels that both have and `isKept` refuses. */
function contract(a: Labelled, b: Labelled, isKept: (label: string) => boolean): Labelled {
  // What only one of them has and nobody wants is summed before the product.
  const left = sumOut(a, label => isKept(label) || b.labels.includes(label));
  const right = sumOut(b, label => isKept(label) || a.labels.includes(label));
  const shared = left.labels.filter(label => right.labels.includes(label));
  const inner = shared.filter(label => !isKept(label));
  const batch = shared.filter(isKept);
  const rows = left.labels.filter(label => !right.labels.includes(label));
  const columns = right.labels.filter(label => !left.labels.includes(label));
  const all = [...batch, ...rows, ...columns];
  if (inner.length === 0) return { value: mul(arranged(left, all), arranged(right, all)), labels: all };

  const sizes = (of: Labelled, labels: readonly string[]) => labels.map(label => sizeOf(of, label));
  const product = (of: readonly number[]) => of.reduce((total, size) => total * size, 1);
  const innerSizes = inner.map(label => Math.max(sizeOf(left, label), sizeOf(right, label)));
  const matrices = (of: Labelled, outer: readonly string[], isTransposed: boolean): Value => {
    const order = isTransposed ? [...inner, ...outer] : [...outer, ...inner];
    const whole = expand(arranged(of, [...batch, ...order]), [
      ...sizes(of, batch),
      ...(isTransposed ? [...innerSizes, ...sizes(of, outer)] : [...sizes(of, outer), ...innerSizes]),
    ]);
    const matrix = [product(sizes(of, outer)), product(innerSizes)];
    return reshape(whole, [...sizes(of, batch), ...(isTransposed ? matrix.reverse() : matrix)]);
  };
  const result = matMul(matrices(left, rows, false), matrices(right, columns, true));
  const shape = [...result.shape.slice(0, -2), ...sizes(left, rows), ...sizes(right, columns)];
  return { value: reshape(result, shape), labels: all };
}

function checkSizes(node: OnnxNode, operands: readonly Labelled[]): void {
  const known = new Map<string, number>();
  for (const { value, labels } of operands) {
    labels.forEach((label, axis) => {
      const size = value.shape[axis]!;
      const other = known.get(label) ?? size;
      const isOdd = other !== size && !(label.startsWith(ELLIPSIS) && Math.min(other, size) === 1);
      if (isOdd) throw node.refuse(`its axis ${label} has ${other} elements in one input and ${size} in another.`);
      known.set(label, Math.max(other, size));
    });
  }
}

export const einsum: Rule = node => {
  const { terms, result } = parseEquation(node);
  const given = node.present().map((value, index): Labelled => ({ value, labels: terms[index]! }));
  checkSizes(node, given);
  const absent = result.find(label => !terms.some(term => term.includes(label)));
  if (absent) throw node.refuse(`its result has an axis ${absent} that no input has.`);

  const [first, ...rest] = given.map(diagonal);
  const joined = rest.reduce((left, right, index) => {
    const later = rest.slice(index + 1);
    return contract(left, right, label => result.includes(label) || later.some(({ labels }) => labels.includes(label)));
  }, first!);
  return arranged(
    sumOut(joined, label => result.includes(label)),
    result,
  );
};
