import assert from 'node:assert/strict';
import type { Layout } from '../../../worker/data/layout.ts';
import type { Sample } from '../../../worker/data/sample.ts';
import type { DeclaredInput, ModelFile } from '../../../worker/graph/onnx/read.ts';
import { planInputs } from '../../../worker/objective/feeds.ts';
import { type DType, elementCount, type Tensor, tensorFromNumbers } from '../../../worker/tensor.ts';
import { refuses } from '../io/fixtures.ts';

type Size = number | string | null;

interface Case {
  /** Shape of the model's input, the batch's axis aside. */
  readonly takes: readonly Size[];
  /** Shape of the data's rows, whose elements are 0, 1, 2, …. */
  readonly has: readonly number[];
  readonly layout?: Layout;
  readonly dtype?: DType;
  readonly declared?: DType;
  /** Added to every element. */
  readonly offset?: number;
}

function plan({ takes, has, layout = 'NCHW', dtype = 'float32', declared = 'float32', offset = 0 }: Case) {
  const input: DeclaredInput = { name: 'x', dtype: declared, shape: ['batch', ...takes] };
  const model: ModelFile = {
    name: 'm.onnx',
    opset: 17,
    producer: '',
    inputs: [input],
    outputs: ['y'],
    initializers: new Map(),
    nodes: [],
  };
  const values = Array.from({ length: elementCount(has) }, (_, index) => index + offset);
  const rows = (count: number): Tensor =>
    tensorFromNumbers(Array.from({ length: count }, () => values).flat(), dtype, [count, ...has]);
  const sample: Sample = {
    count: 3,
    rows: [0, 3],
    inputNames: [''],
    inputTypes: [{ dtype, shape: has }],
    layout,
    digest: '',
    batch: async (from, to) => ({ inputs: new Map([['', rows(to - from)]]), targets: null }),
    close: async () => {},
  };
  return planInputs(model, sample, false);
}

describe('data on its way to the model', () => {
  const moved = [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11];
  const asItIs = moved.map((_, index) => index);
  const cases: Readonly<Record<string, Case & { readonly row: readonly number[]; readonly data: readonly number[] }>> =
    {
      'is taken as it is': { takes: [2, 2, 3], has: [2, 2, 3], row: [2, 2, 3], data: asItIs },
      'has its channels moved to the front': {
        takes: [2, 2, 3],
        has: [2, 3, 2],
        layout: 'NHWC',
        row: [2, 2, 3],
        data: moved,
      },
      'has its channels moved where the model takes images of any size': {
        takes: [2, null, 'width'],
        has: [2, 3, 2],
        layout: 'NHWC',
        row: [2, 2, 3],
        data: moved,
      },
      'keeps its channels last where the model takes them last': {
        takes: [null, null, 2],
        has: [2, 3, 2],
        layout: 'NHWC',
        row: [2, 3, 2],
        data: asItIs,
      },
      'is taken as it is where it has no channels': {
        takes: [3, 4],
        has: [3, 4],
        layout: 'NHWC',
        row: [3, 4],
        data: asItIs,
      },
      'may have other axes of size 1': { takes: [1, 3, 4], has: [3, 4, 1], row: [1, 3, 4], data: asItIs },
      'becomes tokens': { takes: [12], has: [12], dtype: 'int16', declared: 'int64', row: [12], data: asItIs },
      'becomes tokens even as fractions without any': {
        takes: [12],
        has: [12],
        dtype: 'float64',
        declared: 'int64',
        row: [12],
        data: asItIs,
      },
    };
  for (const [what, { row, data, ...given }] of Object.entries(cases)) {
    it(what, async () => {
      const inputs = plan(given);
      assert.deepEqual(inputs.types(4).get('x'), { type: given.declared ?? 'float32', shape: [4, ...row] });
      // Two examples, and padding with the last of them.
      const { feeds } = await inputs.feeds(1, 3, 3);
      assert.deepEqual([feeds.x!.dtype, feeds.x!.shape], [given.declared ?? 'float32', [3, ...row]]);
      assert.deepEqual(Array.from(feeds.x!.data, Number), [...data, ...data, ...data]);
    });
  }

  const refused: readonly (readonly [Case, RegExp])[] = [
    [{ takes: [3, 4, 5], has: [4, 5, 3] }, /takes examples of 3×4×5 and .* 4×5×3; set "layout": "NHWC"/],
    [{ takes: [3, null, null], has: [4, 5, 3] }, /3×\?×\? .* set "layout": "NHWC"/],
    [{ takes: [3, 4, 5], has: [4, 5, 2], layout: 'NHWC' }, /3×4×5 .* 4×5×2; check "inputs"/],
    [{ takes: [3, 4, 5], has: [60] }, /3×4×5 .* 60; save the data in the shape the model takes/],
    [{ takes: [3, 4], has: [3] }, /3×4 .* 3; check "inputs"/],
  ];
  for (const [given, message] of refused) {
    it(`is refused as ${given.has.join('×')} where ${given.takes.join('×')} is taken`, () =>
      refuses(async () => plan(given), 'input', message));
  }

  it('is refused as fractions where whole numbers are taken', async () => {
    const inputs = plan({ takes: [2], has: [2], declared: 'int64', offset: 0.5 });
    await refuses(
      () => inputs.feeds(0, 1, 1),
      'input',
      /^m\.onnx: its input x takes whole numbers \(int64\) .* has 0\.5/,
    );
  });
});
