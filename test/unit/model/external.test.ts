import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from '../../../worker/commands/inspect.ts';
import { loss } from '../../../worker/commands/loss.ts';
import { decodeModel, encodeModel, type TensorProto } from '../../../worker/graph/onnx/schema.ts';
import { engines, never } from '../objective/problems.ts';

const FIXTURE = join(import.meta.dirname, '../../fixtures/binding/renamed');

/** The checkpoint needs the model's own values, to find out what the exporter renamed. */
describe('weights in a second file', () => {
  let folder: string;
  const checkpoint = () => join(folder, 'run/step_1.pt');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-'));
    await cp(FIXTURE, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));
  after(() => engines.dispose());

  /** Moves the model's tensors to a file beside it, as the newer exporters of PyTorch do. */
  async function split(change: (proto: TensorProto) => void = () => {}): Promise<void> {
    const path = join(folder, 'model.onnx');
    const model = decodeModel(await readFile(path));
    const parts: Uint8Array[] = [];
    let offset = 0;
    for (const proto of model.graph!.initializer!) {
      const bytes = proto.raw_data!;
      parts.push(new Uint8Array(bytes));
      proto.data_location = 1;
      proto.external_data = [
        { key: 'location', value: 'model.onnx.data' },
        { key: 'offset', value: String(offset) },
        { key: 'length', value: String(bytes.length) },
      ];
      proto.raw_data = new Uint8Array();
      offset += bytes.length;
      change(proto);
    }
    await writeFile(path, encodeModel(model));
    await writeFile(join(folder, 'model.onnx.data'), Buffer.concat(parts));
  }

  it('are read like those in the model', async () => {
    const expected = JSON.parse(await readFile(join(folder, 'losses.json'), 'utf8'))['run/step_1.pt'];
    await split();
    const result = await loss({ checkpoint: checkpoint(), threads: 1 }, { engines, signal: never });
    assert.ok(Math.abs(Number(result.loss) / expected - 1) < 1e-5);
  });

  const refused: Readonly<Record<string, readonly [(proto: TensorProto) => void, RegExp]>> = {
    'in another folder': [
      proto => proto.external_data!.splice(0, 1, { key: 'location', value: '../weights' }),
      /^model\.onnx: its weights are said to lie in \.\.\/weights; Basin reads files beside the model only\.$/,
    ],
    'that is missing': [
      proto => proto.external_data!.splice(0, 1, { key: 'location', value: 'gone.data' }),
      /^model\.onnx: the file gone\.data with its weights cannot be read/,
    ],
    'that is too short': [
      proto => proto.external_data!.splice(1, 1, { key: 'offset', value: '1000000000' }),
      /^model\.onnx\.data: it ends at byte \d+, and model\.onnx has weights up to 10000\d+/,
    ],
    'at no place': [
      proto => proto.external_data!.splice(1, 1, { key: 'offset', value: '-8' }),
      /^model\.onnx: the contents of tensor \S+ lie in a second file that cannot be found/,
    ],
  };
  for (const [name, [change, message]] of Object.entries(refused)) {
    it(`are refused in a file ${name}`, async () => {
      await split(change);
      await assert.rejects(loss({ checkpoint: checkpoint(), threads: 1 }, { engines, signal: never }), { message });
      const { problem } = await inspect({ checkpoint: checkpoint() });
      assert.match(problem!, message);
    });
  }
});
