import { devicesRequest, type SurfaceRequest, surfaceProgress, surfaceRequest } from '../worker/protocol.ts';
import type { DevicesResult, SurfaceResult, SurfaceUpdate } from '../worker/results.ts';
import type { Settings } from './settings.ts';
import type { WorkerSupervisor } from './workerSupervisor.ts';

/** What the extension asks of the worker. */
export interface Engine {
  /** Tries every device. Rejects as {@link WorkerSupervisor.request} does. */
  devices(): Promise<DevicesResult>;
  /** Rejects as {@link WorkerSupervisor.request} does; partial results come until then. */
  surface(
    request: SurfaceRequest,
    onPartial: (update: SurfaceUpdate) => void,
    signal: AbortSignal,
  ): Promise<SurfaceResult>;
}

/**
 * @param settings Read at each request. Their device is for what the user asked for; a request that nobody clicked for
 * says `device: 'cpu'` itself.
 */
export function createEngine(supervisor: WorkerSupervisor, settings: () => Settings): Engine {
  let requests = 0;
  return {
    devices: () => supervisor.request(devicesRequest, {}),
    surface: (request, onPartial, signal) => {
      const token = `surface-${requests++}`;
      const { device, threads } = settings();
      return supervisor.request(
        surfaceRequest,
        { device, threads, ...request, partialResultToken: token },
        { signal, partialResults: { type: surfaceProgress, token, onPartial } },
      );
    },
  };
}
