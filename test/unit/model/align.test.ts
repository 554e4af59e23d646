import assert from 'node:assert/strict';
import { alignBinding } from '../../../worker/model/align.ts';
import type { Binding, BoundInitializer, ParameterSlot } from '../../../worker/model/bind.ts';
import { elementCount, tensorFromNumbers } from '../../../worker/tensor.ts';

/** A tensor of a checkpoint and the initializers it supplies; a trailing `ᵀ` is one that has it transposed. */
interface Given {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly supplies: readonly string[];
  readonly as?: 'parameter' | 'statistic' | 'constant';
}

function bindingOf(tensors: readonly Given[]): Binding {
  const initializers = new Map<string, BoundInitializer>();
  const theta: number[] = [];
  const statistics: number[] = [];
  const slots: ParameterSlot[] = [];
  const place = (vector: number[], { name, shape, values }: Given): ParameterSlot => {
    const slot = { name, key: name, shape, offset: vector.length, size: elementCount(shape) };
    vector.push(...values);
    return slot;
  };
  for (const given of tensors) {
    const { name, shape, values, supplies, as = 'parameter' } = given;
    const slot = as === 'parameter' ? place(theta, given) : null;
    if (slot) slots.push(slot);
    const statistic = as === 'statistic' ? ({ ...place(statistics, given), kind: 'mean' } as const) : null;
    const tensor = tensorFromNumbers(values, 'float32', shape);
    for (const word of supplies) {
      const transposed = word.endsWith('ᵀ');
      const initializer = word.replace('ᵀ', '');
      if (slot) initializers.set(initializer, { kind: 'parameter', slot, transposed });
      else
        initializers.set(initializer, { kind: 'constant', name, tensor, transposed, ...(statistic && { statistic }) });
    }
  }
  return {
    slots,
    initializers,
    theta: Float32Array.from(theta),
    statisticSlots: [],
    statistics: Float32Array.from(statistics),
    digest: '',
    notes: [],
  };
}

const matrix = (name: string, values: readonly number[], ...supplies: readonly string[]): Given => ({
  name,
  shape: [2, 2],
  values,
  supplies: supplies.length > 0 ? supplies : [name],
});

const w = matrix('w', [1, 2, 3, 4]);
const v = matrix('v', [5, 6, 7, 8]);
const mean: Given = { name: 'mean', shape: [2], values: [1, 2], supplies: ['mean'], as: 'statistic' };

interface Joined {
  readonly theta: readonly number[];
  readonly statistics?: readonly number[];
  readonly differing?: readonly string[];
}

function check(first: readonly Given[], other: readonly Given[], wanted: Joined | RegExp): void {
  const align = () =>
    alignBinding({ name: 'a.pt', binding: bindingOf(first) }, { name: 'b.pt', binding: bindingOf(other) });
  if (wanted instanceof RegExp) {
    assert.throws(align, { kind: 'input', message: wanted });
    return;
  }
  const { theta, statistics, differing } = align();
  assert.deepEqual(
    { theta: [...theta], statistics: [...statistics], differing },
    { statistics: [], differing: [], ...wanted },
  );
}

describe('a checkpoint in the layout of another', () => {
  const cases: readonly (readonly [string, readonly Given[], readonly Given[], Joined | RegExp])[] = [
    ['has the same order', [w, v], [w, v], { theta: [1, 2, 3, 4, 5, 6, 7, 8] }],
    ['had another order', [w, v], [v, w], { theta: [1, 2, 3, 4, 5, 6, 7, 8] }],
    ['had other names', [w], [matrix('module.w', [9, 8, 7, 6], 'w')], { theta: [9, 8, 7, 6] }],
    ['was transposed', [w], [matrix('w', [9, 8, 7, 6], 'wᵀ')], { theta: [9, 7, 8, 6] }],
    ['was not, and the first is', [matrix('w', [1, 2, 3, 4], 'wᵀ')], [w], { theta: [1, 3, 2, 4] }],
    [
      'was a kernel, and the first the weight of a convolution',
      [{ ...w, shape: [2, 3, 1, 2], values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }],
      [{ ...w, shape: [1, 2, 3, 2], values: [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11], supplies: ['wᵀ'] }],
      { theta: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
    ],
    [
      'was the weight of a convolution, and the first a kernel',
      [{ ...w, shape: [1, 2, 3, 2], values: Array(12).fill(0), supplies: ['wᵀ'] }],
      [{ ...w, shape: [2, 3, 1, 2], values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }],
      { theta: [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11] },
    ],
    [
      'was no square and transposed',
      [{ ...w, shape: [2, 3], values: [1, 2, 3, 4, 5, 6] }],
      [{ ...w, shape: [3, 2], values: [1, 4, 2, 5, 3, 6], supplies: ['wᵀ'] }],
      { theta: [1, 2, 3, 4, 5, 6] },
    ],
    [
      'ties what the first has apart',
      [w, v],
      [matrix('both', [9, 9, 8, 8], 'w', 'v')],
      { theta: [9, 9, 8, 8, 9, 9, 8, 8] },
    ],
    [
      'has apart the same that the first ties',
      [matrix('both', [0, 0, 0, 0], 'w', 'v')],
      [w, { ...v, values: w.values }],
      { theta: [1, 2, 3, 4] },
    ],
    [
      'has apart what the first ties',
      [matrix('both', [0, 0, 0, 0], 'w', 'v')],
      [w, v],
      /^b\.pt cannot be joined to a\.pt: both is one tensor in two places of the latter, and v there is another/,
    ],
    [
      'has statistics of its own',
      [w, mean],
      [w, { ...mean, values: [7, 9] }],
      { theta: [1, 2, 3, 4], statistics: [7, 9] },
    ],
    [
      'has other values where the first is fixed',
      [w, { ...v, as: 'constant' }],
      [w, { ...v, as: 'constant', values: [0, 0, 0, 0] }],
      { theta: [1, 2, 3, 4], differing: ['v'] },
    ],
    [
      'has the same values where the first is fixed',
      [w, { ...v, as: 'constant' }],
      [w, { ...v, as: 'constant' }],
      { theta: [1, 2, 3, 4] },
    ],
    ['has what the first leaves to the model', [w], [w, v], { theta: [1, 2, 3, 4], differing: ['v'] }],
    [
      'is fixed elsewhere',
      [w, v],
      [w, { ...v, as: 'constant' }],
      /^b\.pt cannot be joined to a\.pt: "parameters" selects v in one of them only/,
    ],
    ['lacks one', [w, v], [w], /^b\.pt cannot be joined to a\.pt: the former holds nothing for v of the model/],
    [
      'has another shape',
      [w],
      [{ ...w, shape: [4] }],
      /^b\.pt cannot be joined to a\.pt: w is 4 in the one and 2×2 in the other/,
    ],
    ['diverged', [w], [{ ...w, values: [1, Number.NaN, 3, 4] }], /^b\.pt .* w holds NaN, to which no line leads/],
    [
      'has statistics that diverged',
      [w, mean],
      [w, { ...mean, values: [1, Number.POSITIVE_INFINITY] }],
      /^b\.pt .* mean holds Infinity/,
    ],
  ];
  for (const [name, first, other, wanted] of cases) it(`where it ${name}`, () => check(first, other, wanted));
});
