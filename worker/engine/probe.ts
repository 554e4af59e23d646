/**
 * The probe: a process that computes one product on one execution provider and says how that went. It is a process of
 * its own because a provider that meets a driver it cannot work with may end its process instead of failing.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { messageOf } from '../errors.ts';
import { findRuntime } from './runtime.ts';

export interface ProbeRequest {
  readonly provider: string;
  /** An ONNX model that takes `x` and gives `y`. */
  readonly model: Uint8Array;
  readonly x: { readonly data: Float32Array; readonly shape: readonly number[] };
  /** What `y` must be. */
  readonly y: readonly number[];
}

/** What the probe says before it ends; one that ends without a word has crashed. */
export type ProbeReply =
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'wrong'; readonly message: string }
  | {
      readonly state: 'ran';
      /** Devices of the operating system that the session holds open, such as /dev/nvidia0; only Linux tells. */
      readonly openDevices: readonly string[];
      /** Vulkan drivers in the process's memory; only Linux tells. */
      readonly drivers: readonly string[];
    };

async function probe({ provider, model, x, y }: ProbeRequest): Promise<ProbeReply> {
  const { InferenceSession, Tensor, env, listSupportedBackends } = findRuntime().load();
  if (!listSupportedBackends().some(({ name }) => name === provider)) return { state: 'absent' };
  // The log tells which processors ONNX Runtime found and which library was missing; the messages alone do not.
  env.logLevel = 'verbose';
  const session = await InferenceSession.create(model, { executionProviders: [provider], logSeverityLevel: 3 });
  const results = await session.run({ x: new Tensor('float32', x.data, x.shape) });
  const data = [...(results.y!.data as Float32Array)];
  if (data.length !== y.length || data.some((value, index) => !(Math.abs(value - y[index]!) < 1e-2))) {
    return { state: 'wrong', message: `it computed ${data.join(' ')} instead of ${y.join(' ')}` };
  }
  return { state: 'ran', openDevices: openDevices(), drivers: vulkanDrivers() };
}

function openDevices(): readonly string[] {
  if (process.platform !== 'linux') return [];
  const targets = readdirSync('/proc/self/fd').map(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The descriptor that listed the folder is closed by now.
      return '';
    }
  });
  return [...new Set(targets.filter(target => /^\/dev\/(nvidia|dri\/render|dxg|kfd|mali)/.test(target)))].sort();
}

function vulkanDrivers(): readonly string[] {
  if (process.platform !== 'linux') return [];
  const libraries = readFileSync('/proc/self/maps', 'utf8').match(/\/\S+\.so\S*/g) ?? [];
  const drivers = /^lib(vk_|vulkan_|GLX_nvidia|nvidia-vulkan|amdvlk)/;
  return [...new Set(libraries.map(library => basename(library)).filter(name => drivers.test(name)))].sort();
}

process.once('message', async (request: ProbeRequest) => {
  const reply = await probe(request).catch((error): ProbeReply => ({ state: 'failed', message: messageOf(error) }));
  // Some drivers crash while they are being put away; nothing is left to put away here.
  process.send!(reply, () => process.kill(process.pid, 'SIGKILL'));
});
