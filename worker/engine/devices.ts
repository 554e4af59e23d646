/** Which execution providers of ONNX Runtime work on this machine, found out by computing on each. */
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { usageError } from '../errors.ts';
import { apply, constant, input } from '../graph/graph.ts';
import { writeModel } from '../graph/onnx/write.ts';
import { DEVICE_NAMES, type DeviceName, type DeviceReport } from '../results.ts';
import { tensorFromNumbers } from '../tensor.ts';
import { explain, type Machine, type ProbeOutcome } from './explain.ts';
import type { ProbeReply, ProbeRequest } from './probe.ts';
import { findRuntime } from './runtime.ts';

/** The probe's script, always bundled, like the computing thread's. */
const PROBE_SCRIPT = new URL(import.meta.url.endsWith('.ts') ? '../../dist/probe.js' : './probe.js', import.meta.url);

/** A GPU's first kernel may take seconds to compile; a driver that hangs takes for ever. */
const PROBE_SECONDS = 30;

/** The verbose log holds every shader; what matters comes first. */
const LOG_LENGTH_MAX = 1 << 18;

/** The devices that `auto` may take, in this order: the one made for computing before the graphics interfaces. */
const AUTO_ORDER: readonly DeviceName[] = ['cuda', 'webgpu', 'dml'];

const probes = new Map<DeviceName, Promise<DeviceReport>>();

/** Tries one device in a process of its own; once in the life of this process. */
export function probeDevice(name: DeviceName): Promise<DeviceReport> {
  const known = probes.get(name) ?? probe(name).then(outcome => explain(name, outcome, thisMachine()));
  probes.set(name, known);
  return known;
}

/**
 * Tries every device that Basin knows.
 * Throws `usage` where the ONNX Runtime that the user points to cannot be found.
 */
export async function probeDevices(): Promise<DeviceReport[]> {
  findRuntime();
  return Promise.all(DEVICE_NAMES.map(probeDevice));
}

/** The device that `auto` stands for: a GPU that was shown to be one, else the processor. */
export function autoDevice(reports: readonly DeviceReport[]): DeviceName {
  const isGpu = (name: DeviceName) => reports.some(one => one.name === name && one.usable && one.hardware === 'gpu');
  return AUTO_ORDER.find(isGpu) ?? 'cpu';
}

/**
 * The device to compute on.
 * Throws `usage`, with reason and remedy, where the wanted one cannot be used here.
 */
export async function chooseDevice(wanted: DeviceName | 'auto'): Promise<DeviceName> {
  findRuntime();
  if (wanted === 'cpu') return 'cpu';
  if (wanted === 'auto') {
    return mayHaveGpu(thisMachine()) ? autoDevice(await Promise.all(AUTO_ORDER.map(probeDevice))) : 'cpu';
  }
  const { usable, reason, remedy } = await probeDevice(wanted);
  if (!usable) throw usageError(`The device ${wanted} cannot be used. ${reason}${remedy === null ? '' : ` ${remedy}`}`);
  return wanted;
}

/** Without a device file no Linux machine has a GPU, which spares `auto` the probes. */
const mayHaveGpu = ({ platform, gpuFiles }: Machine): boolean => platform !== 'linux' || gpuFiles.length > 0;

function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    gpuFiles: process.platform === 'linux' ? gpuFiles() : [],
    processors: availableParallelism(),
    version: findRuntime().version,
  };
}

function gpuFiles(): readonly string[] {
  const list = (folder: string, pattern: RegExp): string[] => {
    try {
      return readdirSync(folder)
        .filter(name => pattern.test(name))
        .map(name => `${folder}/${name}`);
    } catch {
      // No such folder, no such device.
      return [];
    }
  };
  return [...list('/dev', /^(nvidia\d+|dxg|kfd|mali\d*)$/), ...list('/dev/dri', /^render/)];
}

function probe(provider: DeviceName): Promise<ProbeOutcome> {
  // A provider's process is this Node's: inside VS Code the worker was started with ELECTRON_RUN_AS_NODE, inherited here.
  const child = fork(PROBE_SCRIPT, [], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: PROBE_SECONDS * 1000,
    killSignal: 'SIGKILL',
  });
  let log = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(0, LOG_LENGTH_MAX);
    });
  }
  const started = performance.now();
  child.send(probeRequest(provider));
  return new Promise(resolve => {
    let reply: ProbeReply | null = null;
    let exit: string | null = null;
    const settle = (): void => {
      // The process may be gone before its last message has been read.
      if (exit === null || child.connected) return;
      const seconds = (performance.now() - started) / 1000;
      if (reply) resolve({ ...reply, log });
      else if (seconds >= PROBE_SECONDS) resolve({ state: 'timeout', seconds: PROBE_SECONDS, log });
      else resolve({ state: 'died', how: exit, log });
    };
    child.on('message', message => {
      reply = message as ProbeReply;
    });
    child.on('disconnect', settle);
    child.on('close', (code, signal) => {
      exit = signal ?? `exit status ${code}`;
      settle();
    });
    child.on('error', error => {
      // A process that was never started has no exit to wait for.
      if (child.pid === undefined) resolve({ state: 'died', how: error.message, log });
    });
  });
}

/** A product of two small matrices, whose entries every provider gets exactly. */
function probeRequest(provider: DeviceName): ProbeRequest {
  const x = input('x', 'float32', [2, 3]);
  const w = constant(tensorFromNumbers([1, 2, 3, 4, 5, 6], 'float32', [3, 2]), 'w');
  const model = writeModel({ inputs: [x], outputs: [{ name: 'y', value: apply('MatMul', [x, w]) }] });
  const data = new Float32Array([1, 0, -1, 2, 1, 0]);
  return { provider, model, x: { data, shape: [2, 3] }, y: [-4, -4, 5, 8] };
}
