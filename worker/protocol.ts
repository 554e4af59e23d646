/**
 * What the extension host and the worker process say to each other: JSON-RPC over the child's IPC channel.
 * Nothing else knows the wire.
 */
import { NotificationType, ProgressType, RequestType } from 'vscode-jsonrpc';
import type { ErrorKind } from './errors.ts';
import type {
  DeviceName,
  DevicesResult,
  InspectResult,
  LossResult,
  Split,
  SurfaceResult,
  SurfaceUpdate,
} from './results.ts';
import type { DType } from './tensor.ts';

/** What a request may read. */
export interface Confined {
  /** No file outside of these folders is opened, however it is named; absent: any file, as for the command line. */
  readonly allowedRoots?: readonly string[];
}

/** What every verb works on. Absent fields mean basin.json's value, else the default of DESIGN: README, "Options". */
export interface Target extends Confined {
  /** Path of the checkpoint file. */
  readonly checkpoint: string;
  /** basin.json or its folder; absent: looked for beside the checkpoint and upwards. */
  readonly project?: string;
  readonly split?: Split;
  readonly samples?: number;
  readonly seed?: number;
  /** Patterns of the parameters to vary, `*` for any characters; the others are constants. */
  readonly parameters?: readonly string[];
  readonly threads?: number;
  /**
   * Where to compute. `auto` is a GPU where a real one can be used, else the processor. Absent: the processor in the
   * worker, so that nothing reaches a GPU that did not ask for it, and `auto` in the command line.
   */
  readonly device?: DeviceName | 'auto';
  /** What runs the graphs; `auto`, the default, is ONNX Runtime. */
  readonly engine?: 'auto' | 'onnxruntime';
  /** What the computation may take in all; by default half of the machine's memory. */
  readonly memoryBytes?: number;
}

export interface GridSize {
  readonly columns: number;
  readonly rows: number;
}

export interface SurfaceRequest extends Target {
  readonly grid?: GridSize;
  /** Without `grid`: the finest grid that can be computed in about so many seconds, loading included. */
  readonly budgetSeconds?: number;
  /** The grid spans [-range, range] along both directions. */
  readonly range?: number;
  /** `random`, or the path of a directions file (`.npz` with `x/<parameter>` and `y/<parameter>`). */
  readonly plane?: string;
  readonly perturb?: 'weights' | 'all';
}

/** What travels with a failed request, in `ResponseError.data`. */
export interface ErrorData {
  readonly kind: ErrorKind;
  /** Of the kind `outside`: the folder that would have to be allowed. */
  readonly folder?: string;
}

/** Asks what arrays a data file holds. */
export interface ArraysRequest extends Confined {
  /** Path of the file. */
  readonly file: string;
}

/** An array of a data file. */
export interface DataArray {
  /** What follows the file's name in a reference (`#x`), empty where the file is a single array. */
  readonly suffix: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export const arraysRequest = new RequestType<ArraysRequest, readonly DataArray[], ErrorData>('basin/arrays');
/** Tries every device, each in a process of its own; a GPU among them computes a few numbers. */
export const devicesRequest = new RequestType<Record<string, never>, DevicesResult, ErrorData>('basin/devices');
export const inspectRequest = new RequestType<Target, InspectResult, ErrorData>('basin/inspect');
export const lossRequest = new RequestType<Target, LossResult, ErrorData>('basin/loss');
/** Partial results come as progress on the token; cancelling rejects, and the last partial result stays valid. */
export const surfaceRequest = new RequestType<
  SurfaceRequest & { readonly partialResultToken: string },
  SurfaceResult,
  ErrorData
>('basin/surface');
export const surfaceProgress = new ProgressType<SurfaceUpdate>();

/** Lines for the output channel. */
export const logNotification = new NotificationType<{ readonly message: string }>('basin/log');
