import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import h5wasm from 'h5wasm/node';
import { openCheckpoint, readCheckpoint } from '../../../worker/checkpoint/open.ts';
import { type ErrorKind, incompleteError } from '../../../worker/errors.ts';
import { openHdf5 } from '../../../worker/io/hdf5/file.ts';
import { Hdf5Library } from '../../../worker/io/hdf5/library.ts';
import { fromBytes } from '../../../worker/io/source.ts';
import { numberAt, type Tensor, tensorFromNumbers } from '../../../worker/tensor.ts';
import { checkRows, refuses, zip } from '../io/fixtures.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const inFixtures = (name: string): string => join(fixtures, 'keras', name);
const TRAINED = join(fixtures, 'digits-mlp/runs/sgd/step_00300.pt');

const open = (bytes: Uint8Array) => readCheckpoint(fromBytes('x', bytes));

/** All tensors of a checkpoint, in its order. */
async function readTensors(path: string): Promise<readonly (readonly [name: string, tensor: Tensor])[]> {
  const checkpoint = await openCheckpoint(path);
  try {
    const tensors: [string, Tensor][] = [];
    for (const lazy of checkpoint.tensors) {
      const tensor = await lazy.read();
      tensors.push([lazy.name, tensor]);
      if ((lazy.shape[0] ?? 0) > 1) await checkRows(lazy, tensor, 1, lazy.shape[0]!);
    }
    return tensors;
  } finally {
    await checkpoint.close();
  }
}

const numbers = ({ data }: Tensor): number[] =>
  Array.from({ length: data.length }, (_, index) => numberAt(data, index));

/** A linear layer's weight as Keras keeps it. */
function transposed(tensor: Tensor): Tensor {
  const [rows, columns] = tensor.shape as [number, number];
  const values = Array.from({ length: rows * columns }, (_, index) =>
    numberAt(tensor.data, (index % rows) * columns + Math.floor(index / rows)),
  );
  return tensorFromNumbers(values, 'float32', [columns, rows]);
}

describe('the same network in the files of Keras and TensorFlow.js', () => {
  const keras2 = ['hidden_1', 'hidden_2', 'logits'].flatMap(layer => [`${layer}/kernel:0`, `${layer}/bias:0`]);
  const keras3 = ['dense', 'dense_1', 'dense_2'].flatMap(layer => [`layers/${layer}/vars/0`, `layers/${layer}/vars/1`]);
  const tfjs = keras2.map(name => name.slice(0, -2));
  const files: readonly (readonly [file: string, format: string, step: number | null, names: readonly string[]])[] = [
    ['digits.keras', 'Keras 3', 300, keras3],
    ['digits.weights.h5', 'Keras 3 weights', 300, keras3],
    ['digits.h5', 'Keras 2', 300, keras2],
    ['digits_weights.h5', 'Keras 2', null, keras2],
    ['model.json', 'TensorFlow.js layers model', 300, tfjs],
    ['quantized.json', 'TensorFlow.js layers model', null, tfjs],
  ];
  for (const [file, format, step, names] of files) {
    it(file, async () => {
      const checkpoint = await openCheckpoint(inFixtures(file));
      await checkpoint.close();
      assert.equal(checkpoint.format, format);
      assert.deepEqual(checkpoint.position, { step, epoch: null });
      assert.deepEqual(checkpoint.unreadable, []);
      const trained = await readTensors(TRAINED);
      const found = await readTensors(inFixtures(file));
      assert.deepEqual(
        found.map(([name]) => name),
        names,
      );
      for (const [index, [name, tensor]] of found.entries()) {
        const original = trained[index]![1];
        const expected = index % 2 === 0 ? transposed(original) : original;
        assert.deepEqual([tensor.dtype, tensor.shape], ['float32', expected.shape], name);
        const values = numbers(expected);
        // Half a step of 255 or 65535 between the least and the greatest value, or half the last bit of a half.
        const range = Math.max(...values) - Math.min(...values);
        const rounding = [range / 255 / 1.99, range / 65535 / 1.99, 2 ** -11 * Math.max(...values.map(Math.abs))];
        const tolerance = file === 'quantized.json' ? rounding[index % 3]! : 0;
        for (const [at, value] of numbers(tensor).entries()) {
          assert.ok(Math.abs(value - values[at]!) <= tolerance, `${name}[${at}] is ${value}, not ${values[at]}`);
        }
      }
    });
  }

  it('says that tensors are quantised', async () => {
    const { notes, close } = await openCheckpoint(inFixtures('quantized.json'));
    await close();
    assert.deepEqual(notes, [
      '6 of 6 tensors are stored rounded to float16 and uint16 and uint8, and are measured as rounded.',
    ]);
  });
});

describe('the architecture that a file brings along', () => {
  const loss = { class_name: 'SparseCategoricalCrossentropy', config: { from_logits: true } };
  const cases: readonly (readonly [file: string, name: string, loss: unknown])[] = [
    ['digits.keras', 'digits.keras#config.json', loss],
    ['digits.h5', 'digits.h5#model_config', loss],
    ['model.json', 'model.json', 'sparseCategoricalCrossentropy'],
  ];
  for (const [file, name, expected] of cases) {
    it(file, async () => {
      const { architecture, close } = await openCheckpoint(inFixtures(file));
      try {
        assert.equal(architecture?.name, name);
        assert.equal(architecture.format, 'layers');
        const { model, training } = await architecture.read();
        const { class_name, config } = model as { class_name: string; config: { layers: unknown[] } };
        assert.deepEqual([class_name, config.layers.length], ['Sequential', 4]);
        assert.deepEqual((training as { loss: unknown }).loss, expected);
      } finally {
        await close();
      }
    });
  }

  it('is not there where only weights were saved', async () => {
    const { architecture, close } = await openCheckpoint(inFixtures('digits.weights.h5'));
    await close();
    assert.equal(architecture, undefined);
  });

  it('is refused where it is no JSON', async () => {
    const bytes = await readFile(inFixtures('digits.h5'));
    bytes.write('x', bytes.indexOf('{"class_name": "Sequential"'));
    const { architecture, close } = await open(bytes);
    await refuses(() => architecture!.read(), 'input', /^x#model_config: the architecture cannot be understood/);
    await close();
  });

  it('of a TensorFlow graph is told from layers', async () => {
    const model = JSON.parse(await readFile(inFixtures('model.json'), 'utf8'));
    const document = { ...model, format: 'graph-model', modelTopology: { node: [{ name: 'x', op: 'Placeholder' }] } };
    await inFolder({ 'model.json': JSON.stringify(document) }, async folder => {
      const { architecture, format, close } = await openCheckpoint(join(folder, 'model.json'));
      assert.deepEqual([architecture?.format, format], ['graph', 'TensorFlow.js graph model']);
      assert.deepEqual((await architecture!.read()).model, document.modelTopology);
      await close();
    });
  });
});

describe('HDF5', () => {
  const eighths = Array.from({ length: 12 }, (_, index) => index / 8);
  const expected: Readonly<
    Record<string, readonly [dtype: string, shape: readonly number[], values: readonly number[]]>
  > = {
    big: ['float32', [3, 4], eighths],
    big_integers: ['int64', [5], [-2, -1, 0, 1, 2]],
    brain: ['bfloat16', [3, 4], eighths],
    chunked: ['float32', [3, 4], eighths],
    double: ['float64', [3, 4], eighths],
    half: ['float16', [3, 4], eighths],
    nan: ['float32', [4], [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]],
    none: ['float32', [0, 3], []],
    scalar: ['float32', [], [0.5]],
    soft: ['float64', [3, 4], eighths],
    truth: ['bool', [2], [1, 0]],
    unsigned: ['uint16', [2], [0, 65535]],
  };

  it('is read in every type, byte order and layout that NumPy writes', async () => {
    const tensors = await readTensors(inFixtures('odd.h5'));
    assert.deepEqual(
      Object.fromEntries(tensors.map(([name, tensor]) => [name, [tensor.dtype, tensor.shape, numbers(tensor)]])),
      expected,
    );
  });

  it('tells what cannot be read, and why', async () => {
    const { unreadable, close } = await openCheckpoint(inFixtures('odd.h5'));
    await close();
    const reasons: Readonly<Record<string, RegExp>> = {
      compact_names: /texts or records cannot be read/,
      complex: /texts or records cannot be read/,
      empty: /has no elements/,
      lzf: /HDF5 filter 32000/,
      sparse: /1048576×1048576 elements take 4398046511104 bytes, more than a file of 12360/,
      elsewhere: /is a link into another file, which Basin does not follow/,
    };
    assert.deepEqual(
      unreadable.map(({ name }) => name),
      Object.keys(reasons),
    );
    for (const { name, reason } of unreadable) assert.match(reason, reasons[name]!);
  });

  it('reads lists of names that take several attributes, and tells layers apart that name their weights alike', async () => {
    const tensors = await readTensors(inFixtures('many-layers.h5'));
    assert.deepEqual(
      tensors.map(([name, tensor]) => [name.replace(/_+\//, '/'), numbers(tensor)]),
      [
        ['layer_0000/kernel:0', [0, 0]],
        ['layer_1199/kernel:0', [1199, 1199]],
      ],
    );
  });

  it('is refused where groups lie in themselves', () =>
    refuses(() => openCheckpoint(inFixtures('cyclic.h5')), 'input', /^cyclic\.h5: .*more than 64 deep/));

  const cycles: readonly (readonly [what: string, target: string])[] = [
    ['a group that it lies in', '/group'],
    ['itself', '/group/link'],
  ];
  for (const [what, target] of cycles) {
    it(`is refused where a soft link leads to ${what}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'basin-hdf5-'));
      try {
        const path = join(folder, 'x.h5');
        await h5wasm.ready;
        const file = new h5wasm.File(path, 'w');
        file.create_group('group').create_soft_link(target, 'link');
        file.close();
        const bytes = await readFile(path);
        await refuses(() => open(bytes), 'input', /^x: .*too many links/);
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }

  it('is incomplete where it is cut short', async () => {
    const bytes = await readFile(inFixtures('digits.h5'));
    for (const length of [1, 7, 8, 12, 47, 96, 2048, bytes.length - 1]) {
      await refuses(() => open(bytes.subarray(0, length)), 'incomplete', /^x: ends after \d+ bytes where/);
    }
  });

  it('is read from a compressed archive too', async () => {
    const weights = await readFile(inFixtures('digits.weights.h5'));
    const parts = { 'config.json': Buffer.from('{}'), 'model.weights.h5': weights };
    const archive = zip(Object.entries(parts).map(([name, data]) => ({ name, data, deflate: true })));
    const { tensors, format, close } = await open(archive);
    assert.deepEqual([format, tensors.length], ['Keras 3', 6]);
    assert.equal((await tensors[0]!.read()).data.length, 64 * 24);
    await close();
  });

  it('on which the library would never end takes its thread along, and the next file gets another', async () => {
    const bytes = await readFile(inFixtures('digits.h5'));
    // The size of an object in the heap that texts lie in, after which the library looks for the next one.
    const endless = Buffer.from(bytes);
    endless[2145] = 8;
    const limits = { silenceMs: 60_000 };
    const library = new Hdf5Library(limits);
    await checkWhole();
    const file = await openHdf5(fromBytes('x', endless), library);
    limits.silenceMs = 500;
    await refuses(() => file.texts('', 'keras_version'), 'input', /^x: .*busy with it for 0\.5 seconds/);
    limits.silenceMs = 60_000;
    await checkWhole();

    async function checkWhole() {
      const file = await openHdf5(fromBytes('x', bytes), library);
      assert.equal(file.datasets.length, 7);
      await file.close();
    }
  });

  it('tells what was wrong with the file where its bytes cannot be had, and reads other files afterwards', async () => {
    const bytes = await readFile(inFixtures('digits.h5'));
    let changed = false;
    const source = fromBytes('x', bytes);
    const read = async (offset: number, length: number) => {
      if (changed && length > 1000) throw incompleteError('x: changed while it was being read.');
      return source.read(offset, length);
    };
    changed = true;
    await refuses(() => readCheckpoint({ ...source, read }), 'incomplete', /changed while it was being read/);
    changed = false;
    const { tensors, close } = await readCheckpoint({ ...source, read });
    assert.equal((await tensors[0]!.read()).data.length, 64 * 24);
    await close();
  });

  it('keeps rows apart from what lies around them, in parts of any size', async () => {
    const { tensors, close } = await openCheckpoint(inFixtures('digits.h5'));
    const whole = await tensors[0]!.read();
    for (const [from, to] of [
      [0, 0],
      [0, 1],
      [5, 9],
      [63, 64],
      [0, 64],
    ] as const) {
      const part = await tensors[0]!.read({ from, to });
      assert.deepEqual(part.shape, [to - from, 24]);
      assert.deepEqual(numbers(part), numbers(whole).slice(from * 24, to * 24));
    }
    await refuses(() => tensors[0]!.read({ from: 60, to: 65 }), 'input', /rows \[60, 65\) lie outside of 64×24/);
    await close();
  });
});

/** Does something in a folder of TensorFlow.js's model with some files replaced or added. */
async function inFolder(files: Readonly<Record<string, string | Uint8Array>>, work: (folder: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'basin-tfjs-'));
  try {
    const inner = join(folder, 'model');
    await mkdir(inner);
    for (const name of ['model.json', 'model-1of3.bin', 'model-2of3.bin', 'model-3of3.bin']) {
      await copyFile(inFixtures(name), join(inner, name));
    }
    for (const [name, content] of Object.entries(files)) await writeFile(join(inner, name), content);
    await work(inner);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe('model.json', () => {
  it('makes its folder one checkpoint, with the step of its content', () =>
    inFolder({}, async folder => {
      const checkpoint = await openCheckpoint(folder);
      await checkpoint.close();
      assert.equal(checkpoint.name, 'model');
      assert.equal(checkpoint.file, join(folder, 'model.json'));
      assert.deepEqual(checkpoint.position, { step: 300, epoch: null });
      assert.equal(checkpoint.tensors.length, 6);
    }));

  it('has the step of its folder where its content tells none, however it is named', () =>
    inFolder({}, async folder => {
      const model = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
      for (const weight of model.weightsManifest[0].weights) if (weight.name === 'iter') weight.name = 'other';
      await writeFile(join(folder, 'model.json'), JSON.stringify(model));
      const renamed = join(folder, '..', 'epoch_12');
      await rename(folder, renamed);
      for (const path of [renamed, join(renamed, 'model.json')]) {
        const { position, close } = await openCheckpoint(path);
        await close();
        assert.deepEqual(position, { step: null, epoch: 12 });
      }
    }));

  const weight = { name: 'w', shape: [2], dtype: 'float32' };
  const manifest = (weights: readonly object[], paths: readonly string[] = ['w.bin']) =>
    JSON.stringify({ format: 'layers-model', modelTopology: {}, weightsManifest: [{ paths, weights }] });
  const refused: readonly (readonly [what: string, Record<string, string | Uint8Array>, ErrorKind, RegExp])[] = [
    [
      'that names a file elsewhere',
      { 'model.json': manifest([weight], ['../w.bin']) },
      'input',
      /names "\.\.\/w\.bin"/,
    ],
    ['that names an absolute path', { 'model.json': manifest([weight], ['/etc/passwd']) }, 'input', /"\/etc\/passwd"/],
    ['without a file of weights', { 'model.json': manifest([weight]) }, 'incomplete', /names w\.bin.*not there/],
    [
      'with too short a file of weights',
      { 'model.json': manifest([weight]), 'w.bin': Buffer.alloc(7) },
      'incomplete',
      /ends after 7 bytes where 8 are needed/,
    ],
    [
      'with too long a file of weights',
      { 'model.json': manifest([weight]), 'w.bin': Buffer.alloc(9) },
      'input',
      /1 bytes follow the last tensor/,
    ],
    [
      'that lists a weight twice',
      { 'model.json': manifest([weight, weight]), 'w.bin': Buffer.alloc(16) },
      'input',
      /lists w twice/,
    ],
    ['without weights', { 'model.json': manifest([]), 'w.bin': Buffer.alloc(0) }, 'input', /lists no weights/],
    [
      'with a negative size',
      { 'model.json': manifest([{ ...weight, shape: [-1] }]) },
      'input',
      /"weightsManifest\[0\].*shape\[0\]"/,
    ],
    [
      'with a size that cannot be counted',
      { 'model.json': manifest([{ ...weight, shape: [2 ** 40, 2 ** 40] }]), 'w.bin': Buffer.alloc(8) },
      'input',
      /tensor w: its shape .* is impossible/,
    ],
    [
      'that is cut short',
      { 'model.json': manifest([weight]).slice(0, -9) },
      'incomplete',
      /ends within its description/,
    ],
    [
      'of texts',
      { 'model.json': manifest([{ ...weight, dtype: 'string' }]), 'w.bin': Buffer.alloc(8) },
      'input',
      /elements of type string are no plain numbers/,
    ],
    [
      'quantised without a scale',
      { 'model.json': manifest([{ ...weight, quantization: { dtype: 'uint8' } }]), 'w.bin': Buffer.alloc(2) },
      'input',
      /quantised to uint8 without its scale/,
    ],
  ];
  for (const [what, files, kind, message] of refused) {
    it(`${what} is refused`, () =>
      inFolder(files, folder => refuses(() => openCheckpoint(join(folder, 'model.json')), kind, message)));
  }

  it('with texts before a weight keeps what lies before them', () =>
    inFolder(
      {
        'model.json': manifest([weight, { ...weight, name: 't', dtype: 'string' }, { ...weight, name: 'v' }]),
        'w.bin': Buffer.alloc(99),
      },
      async folder => {
        const { tensors, unreadable, close } = await openCheckpoint(join(folder, 'model.json'));
        assert.deepEqual([tensors.map(({ name }) => name), unreadable.map(({ name }) => name)], [['w'], ['t', 'v']]);
        await close();
      },
    ));

  it('may round whole numbers', () =>
    inFolder(
      {
        'model.json': manifest([{ ...weight, dtype: 'int32', quantization: { dtype: 'uint8', scale: 0.4, min: -1 } }]),
        'w.bin': Uint8Array.of(0, 4),
      },
      async folder => {
        const { tensors, close } = await openCheckpoint(join(folder, 'model.json'));
        const { dtype, data } = await tensors[0]!.read();
        assert.deepEqual([dtype, ...data], ['int32', -1, 1]);
        await close();
      },
    ));
});
