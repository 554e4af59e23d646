import { ENGINE_NAMES, type EngineName } from '../worker/protocol.ts';
import { DEVICE_NAMES, type DeviceName, RUN_MEASURE_NAMES, type RunMeasureName } from '../worker/results.ts';

/** The settings of the extension; a test holds them against package.json. */
export const settingIds = {
  budgetMinutes: 'basin.run.budgetMinutes',
  computeByItself: 'basin.computeByItself',
  device: 'basin.device',
  engine: 'basin.engine',
  onnxruntimePath: 'basin.onnxruntime.path',
  statusBarMeasure: 'basin.statusBar.measure',
  tfjsPath: 'basin.tfjs.path',
  threads: 'basin.threads',
} as const;

export type SettingId = (typeof settingIds)[keyof typeof settingIds];

/** Whether new checkpoints are measured without being asked for. */
export const computeByItselfValues = ['ask', 'always', 'never'] as const;

export type ComputeByItself = (typeof computeByItselfValues)[number];

export interface Settings {
  /** How long the measuring of a run may go on, in minutes; 0 for no limit. */
  readonly budgetMinutes: number;
  readonly computeByItself: ComputeByItself;
  /** Where a computation runs that the user asked for. */
  readonly device: DeviceName | 'auto';
  /** What runs the graphs of a computation that the user asked for. */
  readonly engine: 'auto' | EngineName;
  /** A folder with another ONNX Runtime; empty for the one that comes with Basin. */
  readonly onnxruntimePath: string;
  /** Which measure stands for a checkpoint's sharpness in the status bar and the view of runs. */
  readonly statusBarMeasure: RunMeasureName;
  /** A folder with a native TensorFlow.js; empty for what is installed beside Basin or comes with it. */
  readonly tfjsPath: string;
  /** Processor threads; 0 for all. */
  readonly threads: number;
}

export const defaultSettings: Settings = {
  budgetMinutes: 30,
  computeByItself: 'ask',
  device: 'auto',
  engine: 'auto',
  onnxruntimePath: '',
  statusBarMeasure: 'lambda-max',
  tfjsPath: '',
  threads: 0,
};

/**
 * The settings as they are now. A value of another type than declared, which settings.json may hold, is the default.
 *
 * @param get The value of a setting.
 */
export function readSettings(get: (id: SettingId) => unknown): Settings {
  const budgetMinutes = get(settingIds.budgetMinutes);
  const computeByItself = get(settingIds.computeByItself);
  const device = get(settingIds.device);
  const engine = get(settingIds.engine);
  const onnxruntimePath = get(settingIds.onnxruntimePath);
  const statusBarMeasure = get(settingIds.statusBarMeasure);
  const tfjsPath = get(settingIds.tfjsPath);
  const threads = get(settingIds.threads);
  return {
    budgetMinutes:
      typeof budgetMinutes === 'number' && budgetMinutes >= 0 ? budgetMinutes : defaultSettings.budgetMinutes,
    computeByItself: computeByItselfValues.find(value => value === computeByItself) ?? defaultSettings.computeByItself,
    device: DEVICE_NAMES.find(name => name === device) ?? defaultSettings.device,
    engine: ENGINE_NAMES.find(name => name === engine) ?? defaultSettings.engine,
    onnxruntimePath: typeof onnxruntimePath === 'string' ? onnxruntimePath.trim() : defaultSettings.onnxruntimePath,
    statusBarMeasure: RUN_MEASURE_NAMES.find(name => name === statusBarMeasure) ?? defaultSettings.statusBarMeasure,
    tfjsPath: typeof tfjsPath === 'string' ? tfjsPath.trim() : defaultSettings.tfjsPath,
    threads: Number.isSafeInteger(threads) && Number(threads) > 0 ? Number(threads) : defaultSettings.threads,
  };
}
