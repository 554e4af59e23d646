import { DEVICE_NAMES, type DeviceName } from '../worker/results.ts';

/** The settings of the extension; a test holds them against package.json. */
export const settingIds = {
  device: 'basin.device',
  onnxruntimePath: 'basin.onnxruntime.path',
  threads: 'basin.threads',
} as const;

export type SettingId = (typeof settingIds)[keyof typeof settingIds];

export interface Settings {
  /** Where a computation runs that the user asked for. */
  readonly device: DeviceName | 'auto';
  /** A folder with another ONNX Runtime; empty for the one that comes with Basin. */
  readonly onnxruntimePath: string;
  /** Processor threads; 0 for all. */
  readonly threads: number;
}

export const defaultSettings: Settings = { device: 'auto', onnxruntimePath: '', threads: 0 };

/**
 * The settings as they are now. A value of another type than declared, which settings.json may hold, is the default.
 *
 * @param get The value of a setting.
 */
export function readSettings(get: (id: SettingId) => unknown): Settings {
  const device = get(settingIds.device);
  const onnxruntimePath = get(settingIds.onnxruntimePath);
  const threads = get(settingIds.threads);
  return {
    device: DEVICE_NAMES.find(name => name === device) ?? defaultSettings.device,
    onnxruntimePath: typeof onnxruntimePath === 'string' ? onnxruntimePath.trim() : defaultSettings.onnxruntimePath,
    threads: Number.isSafeInteger(threads) && Number(threads) > 0 ? Number(threads) : defaultSettings.threads,
  };
}
