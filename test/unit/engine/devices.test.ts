import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorsOfProfile } from '../../../worker/engine/placement.ts';
import type { DeviceReport, DevicesResult, LossResult } from '../../../worker/results.ts';
import { DIGITS_MLP } from '../objective/problems.ts';

const ROOT = join(import.meta.dirname, '../../..');
const RUNTIME = join(ROOT, 'node_modules/onnxruntime-node');
const CHECKPOINT = join(DIGITS_MLP, 'runs/sgd/step_00960.pt');

/** Debian's chromium brings a Vulkan driver that computes on the processor, and a loader. */
const SOFTWARE_VULKAN = '/usr/lib/chromium';
const softwareVulkan = {
  LD_LIBRARY_PATH: SOFTWARE_VULKAN,
  VK_ICD_FILENAMES: join(SOFTWARE_VULKAN, 'vk_swiftshader_icd.json'),
};

type Environment = Readonly<Record<string, string>>;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node. */
function node(words: readonly string[], environment: Environment = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, words, { cwd: ROOT, env: { ...process.env, ...environment } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', data => {
      stdout += data;
    });
    child.stderr.on('data', data => {
      stderr += data;
    });
    child.on('error', reject);
    child.on('close', status => resolve({ status, stdout, stderr }));
  });
}

const basin = (words: readonly string[], environment?: Environment) =>
  node([join(ROOT, 'dist/cli.js'), ...words], environment);

async function devices(environment?: Environment): Promise<DevicesResult> {
  const { status, stdout, stderr } = await basin(['devices', '--json'], environment);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const reportOf = ({ devices: reports }: DevicesResult, name: string): DeviceReport =>
  reports.find(report => report.name === name)!;

describe('devices of this machine', () => {
  it('are the processor, and others with a reason and a remedy where they cannot be used', async () => {
    const result = await devices();
    assert.deepEqual(
      result.devices.map(({ name }) => name),
      ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'],
    );
    assert.equal(reportOf(result, 'cpu').hardware, 'processor');
    const foreign =
      process.platform === 'win32' ? ['coreml'] : process.platform === 'darwin' ? ['dml'] : ['coreml', 'dml'];
    for (const name of foreign) assert.match(reportOf(result, name).reason, / only\.$/);
    for (const { usable, remedy } of result.devices) assert.ok(usable || remedy);
    assert.ok(reportOf(result, result.auto).usable);
  });

  it('are printed as a table', async () => {
    const { stdout } = await basin(['devices']);
    assert.match(stdout, /^device +usable +computes on +because\ncpu +yes +processor +\d+ processors\.\n/);
    assert.match(stdout, /\nauto takes \w+; the engine is onnxruntime \d+\.\d+\.\d+\.\n/);
  });

  it('that cannot be used end a command with status 2, the reason and the remedy', async () => {
    const foreign = process.platform === 'darwin' ? 'dml' : 'coreml';
    const { status, stdout, stderr } = await basin(['loss', CHECKPOINT, '--device', foreign]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, new RegExp(`^basin: The device ${foreign} cannot be used\\. .* only\\. Use .*\\.\n$`));
  });

  it('that are named compute, and the result says which', async () => {
    const { stdout } = await basin(['loss', CHECKPOINT, '--samples', '20', '--device', 'cpu', '--json']);
    assert.equal((JSON.parse(stdout) as LossResult).provenance.device, 'cpu');
  });
});

describe('a software GPU', () => {
  before(function () {
    if (process.platform === 'linux' && existsSync(softwareVulkan.VK_ICD_FILENAMES)) return;
    console.log(`      skipped: there is no ${softwareVulkan.VK_ICD_FILENAMES} (Debian's package chromium has it)`);
    this.skip();
  });

  it('is usable, is told from a real one, and is never what auto takes', async () => {
    const result = await devices(softwareVulkan);
    const { usable, hardware, adapter } = reportOf(result, 'webgpu');
    assert.deepEqual([usable, hardware, adapter], [true, 'software', 'SwiftShader']);
    assert.notEqual(result.auto, 'webgpu');
  });

  it('gives the loss of the digits as the processor does', async () => {
    const loss = async (device: string): Promise<LossResult> => {
      const words = ['loss', CHECKPOINT, '--samples', '200', '--device', device, '--json'];
      const { status, stdout, stderr } = await basin(words, softwareVulkan);
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout);
    };
    const [onGpu, onProcessor] = [await loss('webgpu'), await loss('cpu')];
    assert.deepEqual([onGpu.provenance.device, onProcessor.provenance.device], ['webgpu', 'cpu']);
    const [value, expected] = [Number(onGpu.loss), Number(onProcessor.loss)];
    assert.ok(Math.abs(value - expected) <= 1e-5 * expected, `${value} instead of ${expected}`);
    assert.deepEqual([onGpu.accuracy, onGpu.provenance.notes], [onProcessor.accuracy, onProcessor.provenance.notes]);
  });

  it('leaves to the processor what it lacks, and says so', async () => {
    const compute = async (device: string) => {
      const program = join(import.meta.dirname, 'onDevice.ts');
      const { status, stdout, stderr } = await node(['--import', 'tsx', program, device], softwareVulkan);
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout) as { device: string; lanes: number; outputs: number[][]; notes: string[] };
    };
    const [onGpu, onProcessor] = [await compute('webgpu'), await compute('cpu')];
    assert.deepEqual([onGpu.device, onGpu.lanes, onProcessor.notes], ['webgpu', 1, []]);
    assert.deepEqual(onGpu.notes, ['LogSoftmax, Softsign were computed on the processor, because webgpu cannot.']);
    for (const [index, expected] of onProcessor.outputs.entries()) {
      for (const [at, value] of expected.entries()) {
        assert.ok(Math.abs(onGpu.outputs[index]![at]! - value) < 1e-5, `output ${index}: ${onGpu.outputs[index]}`);
      }
    }
  });
});

describe('another ONNX Runtime', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basin-runtime-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** A package of that name whose sessions do what `create` says. */
  async function fake(name: string, create: string): Promise<string> {
    const at = join(folder, name);
    await mkdir(at);
    await writeFile(join(at, 'package.json'), '{ "name": "onnxruntime-node", "version": "9.9.9", "main": "index.js" }');
    await writeFile(
      join(at, 'index.js'),
      `exports.env = {};
       exports.listSupportedBackends = () => [{ name: 'cpu', bundled: true }, { name: 'cuda', bundled: true }];
       exports.Tensor = class { constructor(type, data, dims) { this.data = data; } };
       exports.InferenceSession = { create: async () => { ${create} } };`,
    );
    return at;
  }

  const found: Readonly<Record<string, () => Promise<string>>> = {
    'as the package': async () => RUNTIME,
    'in the folder where it was installed': async () => {
      await mkdir(join(folder, 'installed/node_modules'), { recursive: true });
      await symlink(RUNTIME, join(folder, 'installed/node_modules/onnxruntime-node'), 'junction');
      return join(folder, 'installed');
    },
    'as its native part': async () => join(RUNTIME, 'bin/napi-v6', process.platform, process.arch),
  };
  for (const [how, place] of Object.entries(found)) {
    it(`is found ${how}`, async () => {
      const at = await place();
      const result = await devices({ BASIN_ONNXRUNTIME: at });
      assert.deepEqual([result.folder, reportOf(result, 'cpu').usable], [at, true]);
      const words = ['loss', CHECKPOINT, '--samples', '20', '--json'];
      const { status, stdout, stderr } = await basin(words, { BASIN_ONNXRUNTIME: at });
      assert.equal(status, 0, stderr);
      assert.match((JSON.parse(stdout) as LossResult).provenance.engine, /^onnxruntime \d+\.\d+\.\d+$/);
    });
  }

  for (const words of [['devices'], ['loss', CHECKPOINT]]) {
    it(`that is not there ends "basin ${words[0]}" with status 2 and one sentence`, async () => {
      const { status, stdout, stderr } = await basin(words, { BASIN_ONNXRUNTIME: '/nowhere/at/all' });
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, /^basin: \/nowhere\/at\/all: there is no onnxruntime-node in this folder; set .*\n$/);
    });
  }

  const broken: readonly (readonly [what: string, create: string, reason: RegExp])[] = [
    ['refuses', 'throw new Error("CUDA failure 100: no CUDA-capable device is detected")', /failure 100|No NVIDIA GPU/],
    ['ends its process', 'process.exit(7)', /ended the process that tried it \(exit status 7\)/],
    ['crashes', 'process.kill(process.pid, "SIGKILL")', /ended the process that tried it/],
    [
      'computes wrongly',
      'return { run: async () => ({ y: { data: new Float32Array(4) } }) }',
      /wrong numbers: it computed 0 0 0 0 instead of -4 -4 5 8/,
    ],
  ];
  for (const [index, [what, create, reason]] of broken.entries()) {
    it(`that ${what} is reported so and takes nothing else down`, async () => {
      const result = await devices({ BASIN_ONNXRUNTIME: await fake(`fake${index}`, create) });
      assert.equal(result.engine, 'onnxruntime 9.9.9');
      assert.equal(reportOf(result, 'cuda').usable, false);
      assert.match(reportOf(result, 'cuda').reason, reason);
      assert.equal(reportOf(result, 'webgpu').usable, false);
      assert.equal(result.auto, 'cpu');
    });
  }
});

describe('a profile', () => {
  it('names what ran on the processor, each operator once', () => {
    const event = (op_name: string, provider: string) => ({ cat: 'Node', args: { op_name, provider } });
    const profile = JSON.stringify([
      { cat: 'Session', args: {} },
      event('Softsign', 'CPUExecutionProvider'),
      event('MatMul', 'WebGpuExecutionProvider'),
      event('Round', 'CPUExecutionProvider'),
      event('Softsign', 'CPUExecutionProvider'),
    ]);
    assert.deepEqual(operatorsOfProfile(profile), ['Round', 'Softsign']);
  });
});
