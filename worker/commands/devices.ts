import { autoDevice, probeDevices } from '../engine/devices.ts';
import { findRuntime } from '../engine/runtime.ts';
import { describeBackend } from '../engine/tfjs.ts';
import type { DevicesResult } from '../results.ts';

/** Every device with the reason why it can or cannot be used, and the one that `auto` takes. */
export async function devices(): Promise<DevicesResult> {
  const { version, folder } = findRuntime();
  const reports = await probeDevices();
  const tfjs = await describeBackend();
  return {
    kind: 'devices',
    engine: `onnxruntime ${version}`,
    folder,
    devices: reports,
    auto: autoDevice(reports),
    tfjs,
  };
}
