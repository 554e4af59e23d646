import {
  type ArraysRequest,
  arraysRequest,
  type CompareRequest,
  type ConvexityRequest,
  compareProgress,
  compareRequest,
  convexityProgress,
  convexityRequest,
  type DataArray,
  type DirectionsRequest,
  devicesRequest,
  directionsRequest,
  type InterpolateRequest,
  inspectRequest,
  interpolateProgress,
  interpolateRequest,
  type PruneRequest,
  pruneRequest,
  type RunFolder,
  type RunFoldersRequest,
  type RunListRequest,
  type RunRequest,
  runFoldersRequest,
  runListRequest,
  runProgress,
  runRequest,
  type SharpnessRequest,
  type SpectrumRequest,
  type SurfaceRequest,
  sharpnessProgress,
  sharpnessRequest,
  spectrumProgress,
  spectrumRequest,
  surfaceProgress,
  surfaceRequest,
  type Target,
  type VolumeRequest,
  volumeProgress,
  volumeRequest,
} from '../worker/protocol.ts';
import type {
  CompareResult,
  CompareUpdate,
  ConvexityResult,
  ConvexityUpdate,
  DevicesResult,
  InspectResult,
  InterpolateResult,
  InterpolateUpdate,
  PruneResult,
  RunResult,
  RunUpdate,
  SharpnessResult,
  SharpnessUpdate,
  SpectrumResult,
  SpectrumUpdate,
  SurfaceResult,
  SurfaceUpdate,
  VolumeResult,
  VolumeUpdate,
} from '../worker/results.ts';
import type { ReadAccess } from './readAccess.ts';
import type { Settings } from './settings.ts';
import type { WorkerSupervisor } from './workerSupervisor.ts';

/** What the extension asks of the worker. Requests reject as {@link WorkerSupervisor.request} does. */
export interface Engine {
  /** The arrays of a data file. */
  arrays(request: ArraysRequest, signal: AbortSignal): Promise<readonly DataArray[]>;
  /** Measures several checkpoints alike; partial results come until it is settled, and what is kept is not computed again. */
  compare(
    request: CompareRequest,
    onPartial: (update: CompareUpdate) => void,
    signal: AbortSignal,
  ): Promise<CompareResult>;
  /** Partial results come until it is settled. */
  convexity(
    request: ConvexityRequest,
    onPartial: (update: ConvexityUpdate) => void,
    signal: AbortSignal,
  ): Promise<ConvexityResult>;
  /** Tries every device. */
  devices(): Promise<DevicesResult>;
  /** Writes the directions of a plane to a file. */
  directions(request: DirectionsRequest, signal: AbortSignal): Promise<void>;
  /** What a checkpoint holds; none of its parameters' values are measured. */
  inspect(request: Target, signal: AbortSignal): Promise<InspectResult>;
  /** The line between two checkpoints; partial results come until it is settled. */
  interpolate(
    request: InterpolateRequest,
    onPartial: (update: InterpolateUpdate) => void,
    signal: AbortSignal,
  ): Promise<InterpolateResult>;
  /** The folders that hold runs. */
  runFolders(request: RunFoldersRequest, signal: AbortSignal): Promise<readonly RunFolder[]>;
  /** What is known of a run's checkpoints; nothing computes. */
  runList(request: RunListRequest, signal: AbortSignal): Promise<RunResult>;
  /** Measures a run, on the processor unless the request says otherwise; partial results come until it is settled. */
  run(request: RunRequest, onPartial: (update: RunUpdate) => void, signal: AbortSignal): Promise<RunResult>;
  /** Counts the kept results that nothing needs any more, or removes them. */
  prune(request: PruneRequest): Promise<PruneResult>;
  /** Partial results come until it is settled; measures that are kept are not computed again. */
  sharpness(
    request: SharpnessRequest,
    onPartial: (update: SharpnessUpdate) => void,
    signal: AbortSignal,
  ): Promise<SharpnessResult>;
  /** Partial results come until it is settled. */
  spectrum(
    request: SpectrumRequest,
    onPartial: (update: SpectrumUpdate) => void,
    signal: AbortSignal,
  ): Promise<SpectrumResult>;
  /** Partial results come until it is settled; what is kept of an earlier request is not computed again. */
  surface(
    request: SurfaceRequest,
    onPartial: (update: SurfaceUpdate) => void,
    signal: AbortSignal,
  ): Promise<SurfaceResult>;
  /** Partial results come until it is settled; directions that are kept are not followed again. */
  volume(request: VolumeRequest, onPartial: (update: VolumeUpdate) => void, signal: AbortSignal): Promise<VolumeResult>;
}

/**
 * @param settings Read at each request. Their device and engine are for what the user asked for; a request that nobody
 * clicked for says `device: 'cpu'` itself, and uses ONNX Runtime.
 * @param access Which folders requests may read, and who is asked about others.
 * @param store The folder in which the worker keeps results.
 */
export function createEngine(
  supervisor: WorkerSupervisor,
  settings: () => Settings,
  access: ReadAccess,
  store: string,
): Engine {
  let requests = 0;
  const resources = (request: Pick<Target, 'device'>): Pick<Target, 'device' | 'engine' | 'threads'> => {
    const { device, engine, threads } = settings();
    return request.device === undefined ? { device, engine, threads } : { threads };
  };
  return {
    arrays: (request, signal) =>
      access.send(allowedRoots => supervisor.request(arraysRequest, { ...request, allowedRoots }, { signal })),
    compare: (request, onPartial, signal) =>
      access.send(allowedRoots => {
        const token = `compare-${requests++}`;
        return supervisor.request(
          compareRequest,
          { ...resources(request), defaultStore: store, ...request, allowedRoots, partialResultToken: token },
          { signal, partialResults: { type: compareProgress, token, onPartial } },
        );
      }),
    convexity: (request, onPartial, signal) =>
      access.send(allowedRoots => {
        const token = `convexity-${requests++}`;
        return supervisor.request(
          convexityRequest,
          { ...resources(request), ...request, allowedRoots, partialResultToken: token },
          { signal, partialResults: { type: convexityProgress, token, onPartial } },
        );
      }),
    devices: () => supervisor.request(devicesRequest, {}),
    directions: (request, signal) =>
      access.send(async allowedRoots => {
        await supervisor.request(directionsRequest, { ...request, allowedRoots }, { signal });
      }),
    inspect: (request, signal) =>
      access.send(allowedRoots => supervisor.request(inspectRequest, { ...request, allowedRoots }, { signal })),
    interpolate: (request, onPartial, signal) =>
      access.send(allowedRoots => {
        const token = `interpolate-${requests++}`;
        return supervisor.request(
          interpolateRequest,
          { ...resources(request), defaultStore: store, ...request, allowedRoots, partialResultToken: token },
          { signal, partialResults: { type: interpolateProgress, token, onPartial } },
        );
      }),
    runFolders: (request, signal) =>
      access.sendUnasked(allowedRoots =>
        supervisor.request(runFoldersRequest, { ...request, allowedRoots }, { signal }),
      ),
    runList: (request, signal) =>
      access.sendUnasked(allowedRoots =>
        supervisor.request(runListRequest, { defaultStore: store, ...request, allowedRoots }, { signal }),
      ),
    run: (request, onPartial, signal) =>
      access.send(allowedRoots => {
        const token = `run-${requests++}`;
        const { threads } = settings();
        return supervisor.request(
          runRequest,
          { device: 'cpu', threads, defaultStore: store, ...request, allowedRoots, partialResultToken: token },
          { signal, partialResults: { type: runProgress, token, onPartial } },
        );
      }),
    prune: request =>
      access.send(allowedRoots => supervisor.request(pruneRequest, { defaultStore: store, ...request, allowedRoots })),
    sharpness: (request, onPartial, signal) =>
      access.send(allowedRoots => {
        const token = `sharpness-${requests++}`;
        return supervisor.request(
          sharpnessRequest,
          { ...resources(request), defaultStore: store, ...request, allowedRoots, partialResultToken: token },
          { signal, partialResults: { type: sharpnessProgress, token, onPartial } },
        );
      }),
    spectrum: (request, onPartial, signal) =>
      access.send(allowedRoots => {
        const token = `spectrum-${requests++}`;
        return supervisor.request(
          spectrumRequest,
          { ...resources(request), defaultStore: store, ...request, allowedRoots, partialResultToken: token },
          { signal, partialResults: { type: spectrumProgress, token, onPartial } },
        );
      }),
    surface: (request, onPartial, signal) =>
      access.send(allowedRoots => {
        const token = `surface-${requests++}`;
        return supervisor.request(
          surfaceRequest,
          { ...resources(request), defaultStore: store, ...request, allowedRoots, partialResultToken: token },
          { signal, partialResults: { type: surfaceProgress, token, onPartial } },
        );
      }),
    volume: (request, onPartial, signal) =>
      access.send(allowedRoots => {
        const token = `volume-${requests++}`;
        return supervisor.request(
          volumeRequest,
          { ...resources(request), defaultStore: store, ...request, allowedRoots, partialResultToken: token },
          { signal, partialResults: { type: volumeProgress, token, onPartial } },
        );
      }),
  };
}
