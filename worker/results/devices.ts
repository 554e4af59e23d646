/** Where can be computed, and what can be removed. */

/** Where ONNX Runtime can compute: the names of its execution providers. */
export const DEVICE_NAMES = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;

export type DeviceName = (typeof DEVICE_NAMES)[number];

/** Whether a device can be used on this machine, found out by computing on it. */
export interface DeviceReport {
  readonly name: DeviceName;
  readonly usable: boolean;
  /**
   * What does the arithmetic: the processor, a GPU, or a software driver that imitates one; `unknown` where it works
   * and nothing shows on what, `null` where it does not.
   */
  readonly hardware: 'processor' | 'gpu' | 'software' | 'unknown' | null;
  /** What computes, as far as it can be told. */
  readonly adapter: string | null;
  /** One sentence or two. */
  readonly reason: string;
  /** What would make it usable, or faster, in a sentence. */
  readonly remedy: string | null;
}

export interface DevicesResult {
  readonly kind: 'devices';
  readonly engine: string;
  /** The folder of the ONNX Runtime that the user points to; `null` for the one that comes with Basin. */
  readonly folder: string | null;
  readonly devices: readonly DeviceReport[];
  /** The device that `auto` takes. */
  readonly auto: DeviceName;
  /** The engine TensorFlow.js. */
  readonly tfjs: TfjsReport;
}

/** The TensorFlow.js that is there; sentences for the user. */
export interface TfjsReport {
  /** Name, version and backend; `null` where it cannot be used. */
  readonly engine: string | null;
  readonly device: DeviceName | null;
  readonly reason: string;
  readonly remedy: string | null;
}

/** What folders of results could do without. */
export interface PruneResult {
  readonly kind: 'prune';
  readonly folders: readonly {
    readonly folder: string;
    /** What is not needed, and what stays. */
    readonly removed: { readonly files: number; readonly bytes: number };
    readonly kept: { readonly files: number; readonly bytes: number };
  }[];
  /** What was written within so many days stays. */
  readonly olderDays: number;
  /** Whether it was removed; else it was only counted. */
  readonly isRemoved: boolean;
}
