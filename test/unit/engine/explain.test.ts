import assert from 'node:assert/strict';
import { autoDevice } from '../../../worker/engine/devices.ts';
import { explain, type Machine, type ProbeOutcome } from '../../../worker/engine/explain.ts';
import type { DeviceName, DeviceReport } from '../../../worker/results.ts';

const linux: Machine = { platform: 'linux', arch: 'x64', gpuFiles: [], processors: 4, version: '1.30.0' };
const withNvidia: Machine = { ...linux, gpuFiles: ['/dev/nvidia0'] };
const windows: Machine = { ...linux, platform: 'win32' };
const mac: Machine = { ...linux, platform: 'darwin', arch: 'arm64' };

const ran = (more: Partial<Extract<ProbeOutcome, { state: 'ran' }>> = {}): ProbeOutcome => ({
  state: 'ran',
  openDevices: [],
  drivers: [],
  log: '',
  ...more,
});
const failed = (message: string, log = ''): ProbeOutcome => ({ state: 'failed', message, log });
const absent: ProbeOutcome = { state: 'absent', log: '' };

/** Lines as ONNX Runtime 1.30 and Dawn write them. */
const DISCOVERED =
  'device_discovery_common.cc:34 operator()] Discovered OrtHardwareDevice {vendor_id:0x1022, device_id:0x0, vendor:AMD, type:0, metadata: []}\n' +
  'device_discovery_common.cc:34 operator()] Discovered OrtHardwareDevice {vendor_id:0x10de, device_id:0x2335, vendor:NVIDIA, type:1, metadata: []}\n';
const ONLY_PROCESSOR = DISCOVERED.split('\n')[0]!;
const NO_ADAPTER =
  'webgpu_context.cc:136 adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters';
const NO_VULKAN =
  "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory";
const NO_CUDA = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library';
const missing = (library: string) =>
  `Failed to load library /a/libonnxruntime_providers_cuda.so with error: ${library}: cannot open shared object file: No such file or directory`;

interface Expected {
  readonly usable: boolean;
  readonly hardware?: DeviceReport['hardware'];
  readonly adapter?: string | null;
  readonly reason: RegExp;
  readonly remedy: RegExp | null;
}

describe('explaining devices', () => {
  const cases: readonly [what: string, DeviceName, ProbeOutcome, Machine, Expected][] = [
    [
      'the processor',
      'cpu',
      ran(),
      linux,
      { usable: true, hardware: 'processor', reason: /4 processors/, remedy: null },
    ],
    ['DirectML on Linux', 'dml', absent, linux, { usable: false, reason: /Windows only/, remedy: /webgpu/ }],
    ['Core ML on Linux', 'coreml', absent, linux, { usable: false, reason: /macOS only/, remedy: /webgpu/ }],
    ['CUDA on macOS', 'cuda', absent, mac, { usable: false, reason: /does not exist on macOS/, remedy: /webgpu/ }],
    [
      'CUDA on Windows',
      'cuda',
      absent,
      windows,
      { usable: false, reason: /1\.30\.0 for win32-x64 was built without cuda/, remedy: /dml; or point basin\.onnx/ },
    ],
    [
      'WebGPU in a build without it',
      'webgpu',
      absent,
      { ...linux, arch: 'arm64' },
      { usable: false, reason: /linux-arm64 was built without webgpu/, remedy: /BASIN_ONNXRUNTIME/ },
    ],
    [
      'CUDA without a GPU or a library',
      'cuda',
      failed(NO_CUDA, missing('/b/libonnxruntime_providers_shared.so')),
      linux,
      { usable: false, reason: /No NVIDIA GPU is to be seen here, and .* no CUDA library/, remedy: /--gpus all/ },
    ],
    [
      'CUDA without its library',
      'cuda',
      failed(NO_CUDA, missing('/b/libonnxruntime_providers_shared.so')),
      withNvidia,
      { usable: false, reason: /libonnxruntime_providers_cuda\.so/, remedy: /npm install onnxruntime-node/ },
    ],
    [
      'CUDA without cuDNN',
      'cuda',
      failed(NO_CUDA, missing('libcudnn.so.9')),
      withNvidia,
      { usable: false, reason: /libcudnn\.so\.9 cannot be loaded/, remedy: /CUDA 12 and cuDNN 9/ },
    ],
    [
      'CUDA with an old driver',
      'cuda',
      failed('CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1\nmore'),
      withNvidia,
      { usable: false, reason: /CUDA failed: CUDA failure 35: .*GPU=-1\.$/, remedy: /Update the NVIDIA driver/ },
    ],
    [
      'CUDA that works',
      'cuda',
      ran({ log: DISCOVERED }),
      withNvidia,
      { usable: true, hardware: 'gpu', adapter: 'NVIDIA 0x2335', reason: /works/, remedy: null },
    ],
    [
      'no Vulkan loader',
      'webgpu',
      failed(NO_ADAPTER, NO_VULKAN),
      linux,
      { usable: false, reason: /libvulkan\.so\.1/, remedy: /libvulkan1/ },
    ],
    [
      'no adapter',
      'webgpu',
      failed(NO_ADAPTER),
      linux,
      { usable: false, reason: /No GPU adapter was found/, remedy: /Vulkan/ },
    ],
    [
      'no adapter on Windows',
      'webgpu',
      failed(NO_ADAPTER),
      windows,
      { usable: false, reason: /No GPU adapter was found/, remedy: /Direct3D 12/ },
    ],
    [
      'SwiftShader',
      'webgpu',
      ran({ drivers: ['libvk_swiftshader.so'] }),
      linux,
      { usable: true, hardware: 'software', adapter: 'SwiftShader', reason: /in software/, remedy: /driver/ },
    ],
    [
      'llvmpipe, on a machine that has a GPU without a driver',
      'webgpu',
      ran({ drivers: ['libvulkan_lvp.so'], log: DISCOVERED }),
      withNvidia,
      { usable: true, hardware: 'software', adapter: 'llvmpipe', reason: /in software/, remedy: /driver/ },
    ],
    [
      'a GPU beside a software driver',
      'webgpu',
      ran({ drivers: ['libGLX_nvidia.so.0', 'libvulkan_lvp.so'], openDevices: ['/dev/nvidia0'], log: DISCOVERED }),
      withNvidia,
      { usable: true, hardware: 'gpu', adapter: 'NVIDIA 0x2335', reason: /works/, remedy: null },
    ],
    [
      'a GPU that the log does not name',
      'webgpu',
      ran({ openDevices: ['/dev/dri/renderD128'] }),
      linux,
      { usable: true, hardware: 'gpu', adapter: '/dev/dri/renderD128', reason: /works/, remedy: null },
    ],
    [
      'an adapter that nothing shows to be a GPU',
      'webgpu',
      ran({ drivers: ['libvulkan_new.so'], log: DISCOVERED }),
      withNvidia,
      { usable: true, hardware: 'unknown', reason: /no GPU that can be shown/, remedy: /driver/ },
    ],
    [
      'a GPU on Windows',
      'webgpu',
      ran({ log: DISCOVERED }),
      windows,
      { usable: true, hardware: 'gpu', adapter: 'NVIDIA 0x2335', reason: /works/, remedy: null },
    ],
    [
      'a software adapter on Windows',
      'dml',
      ran({ log: ONLY_PROCESSOR }),
      windows,
      { usable: true, hardware: 'unknown', reason: /finds no GPU/, remedy: /Direct3D 12/ },
    ],
    [
      'Core ML that works',
      'coreml',
      ran({ log: DISCOVERED }),
      mac,
      { usable: true, hardware: 'unknown', reason: /float16/, remedy: null },
    ],
    [
      'a driver that aborts',
      'webgpu',
      { state: 'died', how: 'SIGSEGV', log: '' },
      linux,
      { usable: false, reason: /ended the process that tried it \(SIGSEGV\)/, remedy: /driver/ },
    ],
    [
      'a driver that hangs',
      'dml',
      { state: 'timeout', seconds: 30, log: '' },
      windows,
      { usable: false, reason: /no answer within 30 s/, remedy: /driver/ },
    ],
    [
      'wrong numbers',
      'webgpu',
      { state: 'wrong', message: 'it computed 1 instead of 2', log: '' },
      linux,
      { usable: false, reason: /wrong numbers: it computed 1 instead of 2\./, remedy: /driver/ },
    ],
  ];
  for (const [what, name, outcome, machine, { usable, hardware = null, adapter = null, reason, remedy }] of cases) {
    it(what, () => {
      const report = explain(name, outcome, machine);
      assert.deepEqual(
        [report.name, report.usable, report.hardware, report.adapter],
        [name, usable, hardware, adapter],
      );
      assert.match(report.reason, reason);
      if (remedy === null) assert.equal(report.remedy, null);
      else assert.match(report.remedy ?? '', remedy);
      for (const sentence of [report.reason, report.remedy ?? 'None.']) assert.match(sentence, /^[A-Z0-9].*\.$/);
    });
  }
});

describe('the device that auto takes', () => {
  const report = (name: DeviceName, hardware: DeviceReport['hardware'], usable = true): DeviceReport => ({
    name,
    usable,
    hardware,
    adapter: null,
    reason: '',
    remedy: null,
  });
  const cpu = report('cpu', 'processor');
  const cases: readonly [what: string, readonly DeviceReport[], DeviceName][] = [
    ['the processor where there is nothing else', [cpu, report('webgpu', null, false)], 'cpu'],
    ['a GPU through WebGPU', [cpu, report('webgpu', 'gpu')], 'webgpu'],
    ['CUDA before WebGPU', [cpu, report('webgpu', 'gpu'), report('cuda', 'gpu')], 'cuda'],
    ['WebGPU before DirectML', [cpu, report('dml', 'gpu'), report('webgpu', 'gpu')], 'webgpu'],
    ['DirectML where WebGPU fails', [cpu, report('dml', 'gpu'), report('webgpu', null, false)], 'dml'],
    ['never a software adapter', [cpu, report('webgpu', 'software')], 'cpu'],
    ['never one that is not shown to be a GPU', [cpu, report('webgpu', 'unknown'), report('dml', 'unknown')], 'cpu'],
    ['never Core ML', [cpu, report('coreml', 'gpu')], 'cpu'],
    ['no GPU that cannot be used', [cpu, report('cuda', 'gpu', false)], 'cpu'],
  ];
  for (const [what, reports, expected] of cases) it(what, () => assert.equal(autoDevice(reports), expected));
});
