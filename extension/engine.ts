import { type SurfaceRequest, surfaceProgress, surfaceRequest } from '../worker/protocol.ts';
import type { SurfaceResult, SurfaceUpdate } from '../worker/results.ts';
import type { WorkerSupervisor } from './workerSupervisor.ts';

/** What the extension asks of the worker. */
export interface Engine {
  /** Rejects as {@link WorkerSupervisor.request} does; partial results come until then. */
  surface(
    request: SurfaceRequest,
    onPartial: (update: SurfaceUpdate) => void,
    signal: AbortSignal,
  ): Promise<SurfaceResult>;
}

export function createEngine(supervisor: WorkerSupervisor): Engine {
  let requests = 0;
  return {
    surface: (request, onPartial, signal) => {
      const token = `surface-${requests++}`;
      return supervisor.request(
        surfaceRequest,
        { ...request, partialResultToken: token },
        { signal, partialResults: { type: surfaceProgress, token, onPartial } },
      );
    },
  };
}
