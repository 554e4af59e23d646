/** From what a probe saw to a sentence for the user: why a device can or cannot be used, and what would change that. */
import type { DeviceName, DeviceReport } from '../results.ts';
import type { ProbeReply } from './probe.ts';
import { RUNTIME_SETTING } from './runtime.ts';

/** How a probe ended. `died` and `timeout` are those that did not live to reply. */
export type ProbeOutcome = (
  | ProbeReply
  | { readonly state: 'died'; readonly how: string }
  | { readonly state: 'timeout'; readonly seconds: number }
) & {
  /** What ONNX Runtime and the drivers wrote. */
  readonly log: string;
};

/** The machine as far as it explains an absence. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Device files of graphics processors, of which only Linux has any. */
  readonly gpuFiles: readonly string[];
  readonly processors: number;
  /** Of ONNX Runtime. */
  readonly version: string;
}

type Explanation = Omit<DeviceReport, 'name'>;

const absent = (reason: string, remedy: string): Explanation => ({
  usable: false,
  hardware: null,
  adapter: null,
  reason,
  remedy,
});

const usable = (
  hardware: DeviceReport['hardware'],
  adapter: string | null,
  reason: string,
  remedy: string | null = null,
): Explanation => ({ usable: true, hardware, adapter, reason, remedy });

/** Explains how the probe of a device ended. */
export function explain(name: DeviceName, outcome: ProbeOutcome, machine: Machine): DeviceReport {
  return { name, ...explanation(name, outcome, machine) };
}

function explanation(name: DeviceName, outcome: ProbeOutcome, machine: Machine): Explanation {
  switch (outcome.state) {
    case 'absent':
      return notInThisBuild(name, machine);
    case 'failed':
      return name === 'cuda'
        ? cudaFailed(outcome.message, outcome.log, machine)
        : name === 'webgpu'
          ? webgpuFailed(outcome.message, outcome.log, machine)
          : absent(`ONNX Runtime refused it: ${firstLine(outcome.message)}`, driverRemedy(machine));
    case 'wrong':
      return absent(`It gives wrong numbers: ${outcome.message}.`, driverRemedy(machine));
    case 'died':
      return absent(`The driver ended the process that tried it (${outcome.how}).`, driverRemedy(machine));
    case 'timeout':
      return absent(`It gave no answer within ${outcome.seconds} s.`, driverRemedy(machine));
    case 'ran':
      return ran(name, outcome, machine);
  }
}

function notInThisBuild(name: DeviceName, { platform, arch, version }: Machine): Explanation {
  if (name === 'dml' && platform !== 'win32') {
    return absent('DirectML exists on Windows only.', 'Use webgpu, or cuda with an NVIDIA GPU.');
  }
  if (name === 'coreml' && platform !== 'darwin') {
    return absent('Core ML exists on macOS only.', 'Use webgpu, or cuda with an NVIDIA GPU.');
  }
  if (name === 'cuda' && platform === 'darwin') return absent('CUDA does not exist on macOS.', 'Use webgpu.');
  const remedy = `Point ${RUNTIME_SETTING} to an onnxruntime-node that was built with it.`;
  return absent(
    `ONNX Runtime ${version} for ${platform}-${arch} was built without ${name}.`,
    name === 'cuda' && platform === 'win32' ? `Use webgpu or dml; or p${remedy.slice(1)}` : remedy,
  );
}

const MISSING_LIBRARY = /([^\s/\\:]+\.so[.\d]*): cannot open shared object file/g;

function cudaFailed(message: string, log: string, { platform, gpuFiles }: Machine): Explanation {
  // The last one named is the library that was missing; those before it needed it.
  const missing = [...`${log}\n${message}`.matchAll(MISSING_LIBRARY)].at(-1)?.[1];
  const noGpu = platform === 'linux' && !gpuFiles.some(file => /nvidia|dxg/.test(file));
  const ownLibrary = missing === undefined ? /shared library/.test(message) : /onnxruntime_providers/.test(missing);
  if (noGpu) {
    return absent(
      `No NVIDIA GPU is to be seen here${ownLibrary ? ', and this ONNX Runtime has no CUDA library' : ''}.`,
      'Run Basin on a machine with an NVIDIA GPU and its driver; a container must be given the GPU (--gpus all).',
    );
  }
  if (ownLibrary) {
    return absent(
      'This ONNX Runtime has no CUDA library (libonnxruntime_providers_cuda.so).',
      `Run "npm install onnxruntime-node" in a folder of its own, which downloads it, and set ${RUNTIME_SETTING} to that folder.`,
    );
  }
  if (missing !== undefined) {
    return absent(
      `The library ${missing} cannot be loaded.`,
      'Install CUDA 12 and cuDNN 9, and put the folders of their libraries into LD_LIBRARY_PATH.',
    );
  }
  return absent(`CUDA failed: ${firstLine(message)}`, 'Update the NVIDIA driver to one that supports CUDA 12.');
}

function webgpuFailed(message: string, log: string, machine: Machine): Explanation {
  if (/load Vulkan: libvulkan/.test(log)) {
    return absent(
      'The Vulkan loader (libvulkan.so.1) is not installed.',
      'Where there is a GPU, install its Vulkan driver and the loader (Debian and Ubuntu: libvulkan1 and mesa-vulkan-drivers, or NVIDIA’s driver).',
    );
  }
  if (/adapter/i.test(message)) return absent('No GPU adapter was found.', driverRemedy(machine));
  return absent(`WebGPU failed: ${firstLine(message)}`, driverRemedy(machine));
}

function driverRemedy({ platform }: Machine): string {
  if (platform === 'win32') return 'Where there is a GPU, install or update its driver (Direct3D 12).';
  if (platform === 'darwin') return 'Update macOS, which brings the driver.';
  return 'Where there is a GPU, install or update its driver (Vulkan for webgpu), and give a container access to it.';
}

/** Vulkan drivers that compute on the processor, and how people call them. */
const SOFTWARE_DRIVERS: readonly (readonly [RegExp, string])[] = [
  [/swiftshader/, 'SwiftShader'],
  [/vulkan_lvp/, 'llvmpipe'],
];

function ran(name: DeviceName, outcome: Extract<ProbeOutcome, { state: 'ran' }>, machine: Machine): Explanation {
  const gpu = discoveredGpu(outcome.log);
  switch (name) {
    case 'cpu':
      return usable('processor', null, `${machine.processors} processors.`);
    case 'cuda':
      return usable('gpu', gpu, 'It works.');
    case 'coreml':
      return usable('unknown', null, 'It works, but Core ML may compute in float16, so auto does not take it.');
    case 'dml':
    case 'webgpu':
      return machine.platform === 'linux' ? ranOnLinux(outcome, gpu, machine) : ranElsewhere(gpu, machine);
  }
}

/**
 * Neither Node's binding nor the log names the adapter in use. On Linux a session on a GPU keeps the GPU's device file
 * open, which one on a software driver never does.
 */
function ranOnLinux(
  { openDevices, drivers }: Extract<ProbeOutcome, { state: 'ran' }>,
  gpu: string | null,
  machine: Machine,
): Explanation {
  if (openDevices.length > 0) return usable('gpu', gpu ?? openDevices.join(', '), 'It works.');
  const software = SOFTWARE_DRIVERS.find(([pattern]) => drivers.some(driver => pattern.test(driver)))?.[1];
  return software === undefined
    ? usable(
        'unknown',
        null,
        'It works, but on no GPU that can be shown, so auto does not take it.',
        driverRemedy(machine),
      )
    : usable(
        'software',
        software,
        `It works, but in software (${software}), slower than cpu, so auto does not take it.`,
        driverRemedy(machine),
      );
}

function ranElsewhere(gpu: string | null, machine: Machine): Explanation {
  return gpu === null
    ? usable(
        'unknown',
        null,
        'It works, but ONNX Runtime finds no GPU, so auto does not take it.',
        driverRemedy(machine),
      )
    : usable('gpu', gpu, 'It works.');
}

/** The first graphics processor (type 1) that ONNX Runtime lists in its log, as its maker and number. */
function discoveredGpu(log: string): string | null {
  const [, device, maker] =
    /OrtHardwareDevice \{vendor_id:\w+, device_id:(\w+), vendor:([^,}]*), type:1\b/.exec(log) ?? [];
  return device === undefined ? null : `${maker?.trim() || 'GPU'} ${device}`;
}

const firstLine = (text: string): string => {
  const line = text.trim().split('\n')[0]!.slice(0, 300);
  return /[.!?]$/.test(line) ? line : `${line}.`;
};
