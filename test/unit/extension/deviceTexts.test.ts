import assert from 'node:assert/strict';
import { deviceItems, deviceLines } from '../../../extension/deviceTexts.ts';
import type { DevicesResult } from '../../../worker/results.ts';

const result: DevicesResult = {
  kind: 'devices',
  engine: 'onnxruntime 1.30.0',
  folder: null,
  devices: [
    { name: 'cpu', usable: true, hardware: 'processor', adapter: null, reason: '2 processors.', remedy: null },
    {
      name: 'webgpu',
      usable: true,
      hardware: 'software',
      adapter: 'SwiftShader',
      reason: 'It is slow.',
      remedy: 'Install a driver.',
    },
    { name: 'cuda', usable: false, hardware: null, adapter: null, reason: 'No GPU.', remedy: 'Use another machine.' },
  ],
  auto: 'cpu',
  tfjs: { engine: 'tfjs 4.22.0 (wasm)', device: 'cpu', reason: 'It is slow.', remedy: 'Install another.' },
};

describe('devices in the editor', () => {
  it('are offered with auto first, the setting marked, and a reason each', () => {
    const rows = deviceItems(result, 'webgpu').map(({ label, description, detail }) => [label, description, detail]);
    assert.deepEqual(rows, [
      ['$(wand) auto', 'takes cpu', 'A GPU where a real one can be used, else the processor.'],
      ['$(check) cpu', 'processor', '2 processors.'],
      ['$(check) webgpu (the setting)', 'software SwiftShader', 'It is slow. Install a driver.'],
      ['$(circle-slash) cuda', 'not usable', 'No GPU. Use another machine.'],
    ]);
    assert.deepEqual(
      deviceItems(result, 'auto').map(({ label, report }) => [label.includes('setting'), report?.name]),
      [
        [true, undefined],
        [false, 'cpu'],
        [false, 'webgpu'],
        [false, 'cuda'],
      ],
    );
  });

  it('are lines of the log', () => {
    assert.deepEqual(deviceLines(result), [
      'Devices of onnxruntime 1.30.0; auto takes cpu.',
      'cpu: usable. 2 processors.',
      'webgpu: usable. It is slow. Install a driver.',
      'cuda: not usable. No GPU. Use another machine.',
      'The engine tfjs: tfjs 4.22.0 (wasm) on cpu. It is slow. Install another.',
    ]);
  });
});
