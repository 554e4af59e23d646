import {
  type ArraysRequest,
  arraysRequest,
  type DataArray,
  devicesRequest,
  type SurfaceRequest,
  surfaceProgress,
  surfaceRequest,
} from '../worker/protocol.ts';
import type { DevicesResult, SurfaceResult, SurfaceUpdate } from '../worker/results.ts';
import type { ReadAccess } from './readAccess.ts';
import type { Settings } from './settings.ts';
import type { WorkerSupervisor } from './workerSupervisor.ts';

/** What the extension asks of the worker. Requests reject as {@link WorkerSupervisor.request} does. */
export interface Engine {
  /** The arrays of a data file. */
  arrays(request: ArraysRequest, signal: AbortSignal): Promise<readonly DataArray[]>;
  /** Tries every device. */
  devices(): Promise<DevicesResult>;
  /** Partial results come until it is settled. */
  surface(
    request: SurfaceRequest,
    onPartial: (update: SurfaceUpdate) => void,
    signal: AbortSignal,
  ): Promise<SurfaceResult>;
}

/**
 * @param settings Read at each request. Their device is for what the user asked for; a request that nobody clicked for
 * says `device: 'cpu'` itself.
 * @param access Which folders requests may read, and who is asked about others.
 */
export function createEngine(supervisor: WorkerSupervisor, settings: () => Settings, access: ReadAccess): Engine {
  let requests = 0;
  return {
    arrays: (request, signal) =>
      access.send(allowedRoots => supervisor.request(arraysRequest, { ...request, allowedRoots }, { signal })),
    devices: () => supervisor.request(devicesRequest, {}),
    surface: (request, onPartial, signal) =>
      access.send(allowedRoots => {
        const token = `surface-${requests++}`;
        const { device, threads } = settings();
        return supervisor.request(
          surfaceRequest,
          { device, threads, ...request, allowedRoots, partialResultToken: token },
          { signal, partialResults: { type: surfaceProgress, token, onPartial } },
        );
      }),
  };
}
