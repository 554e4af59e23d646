/** The worker process: answers the extension host over the IPC channel until it is disconnected. */
import { constants, setPriority } from 'node:os';
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type ProgressType,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { arrays } from './commands/arrays.ts';
import { compare } from './commands/compare.ts';
import { Engines } from './commands/context.ts';
import { convexity } from './commands/convexity.ts';
import { devices } from './commands/devices.ts';
import { directions } from './commands/directions.ts';
import { inspect } from './commands/inspect.ts';
import { interpolate } from './commands/interpolate.ts';
import { loss } from './commands/loss.ts';
import { prune } from './commands/prune.ts';
import { run, runFolders, runList } from './commands/run.ts';
import { sharpness } from './commands/sharpness.ts';
import { spectrum } from './commands/spectrum.ts';
import { surface } from './commands/surface.ts';
import { volume } from './commands/volume.ts';
import { BasinError, type ErrorKind, messageOf, OutsideError } from './errors.ts';
import { withinRoots } from './io/access.ts';
import {
  arraysRequest,
  type Confined,
  compareProgress,
  compareRequest,
  convexityProgress,
  convexityRequest,
  devicesRequest,
  directionsRequest,
  type ErrorData,
  inspectRequest,
  interpolateProgress,
  interpolateRequest,
  logNotification,
  lossRequest,
  pruneRequest,
  runFoldersRequest,
  runListRequest,
  runProgress,
  runRequest,
  sharpnessProgress,
  sharpnessRequest,
  spectrumProgress,
  spectrumRequest,
  surfaceProgress,
  surfaceRequest,
  volumeProgress,
  volumeRequest,
} from './protocol.ts';
import { Runs } from './run/runs.ts';

/** JSON-RPC error code of a cancelled request (Language Server Protocol, RequestCancelled). */
const REQUEST_CANCELLED = -32800;
/** JSON-RPC error code of a request that failed for a reason it states (Language Server Protocol, RequestFailed). */
const REQUEST_FAILED = -32803;

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const engines = new Engines();
const log = (message: string): void => {
  // Without a host nobody reads it.
  connection.sendNotification(logNotification, { message }).catch(() => {});
};

const runs = new Runs(log);

/** The requests being answered, to be interrupted when the process ends. */
const running = new Map<AbortController, Promise<unknown>>();

/** Answers with the result of `compute`, which reads no file that the request may not; failures travel with their kind. */
async function answer<T>(
  { allowedRoots }: Confined,
  token: CancellationToken,
  compute: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const listener = token.onCancellationRequested(() => controller.abort());
  try {
    const computation = withinRoots(allowedRoots, () => compute(controller.signal));
    running.set(controller, computation);
    return await computation;
  } catch (error) {
    const kind: ErrorKind = error instanceof BasinError ? error.kind : 'computation';
    if (!(error instanceof BasinError)) console.error(error);
    const code = kind === 'interrupted' ? REQUEST_CANCELLED : REQUEST_FAILED;
    const folder = error instanceof OutsideError ? { folder: error.folder } : {};
    throw new ResponseError<ErrorData>(code, messageOf(error), { kind, ...folder });
  } finally {
    running.delete(controller);
    listener.dispose();
  }
}

/** Sends updates as they come; the last one's result is the answer. */
async function stream<R>(
  type: ProgressType<{ readonly result: R }>,
  { partialResultToken }: { readonly partialResultToken: string },
  updates: AsyncIterable<{ readonly result: R }>,
): Promise<R> {
  let last: R | null = null;
  for await (const update of updates) {
    last = update.result;
    await connection.sendProgress(type, partialResultToken, update);
  }
  return last!;
}

connection.onRequest(arraysRequest, (request, token) => answer(request, token, () => arrays(request.file)));

connection.onRequest(devicesRequest, (_, token) => answer({}, token, devices));

connection.onRequest(directionsRequest, (request, token) =>
  answer(request, token, async signal => {
    await directions(request, { signal, engines });
    return null;
  }),
);

connection.onRequest(pruneRequest, (request, token) => answer(request, token, () => prune(request)));

connection.onRequest(inspectRequest, (target, token) => answer(target, token, () => inspect(target)));

connection.onRequest(lossRequest, (target, token) =>
  answer(target, token, signal => loss(target, { signal, engines })),
);

connection.onRequest(runFoldersRequest, (request, token) =>
  answer(request, token, signal => runFolders(request, signal)),
);

connection.onRequest(runListRequest, (request, token) =>
  answer(request, token, signal => runList(request, runs, signal)),
);

connection.onRequest(runRequest, (request, token) =>
  answer(request, token, signal => stream(runProgress, request, run(request, runs, { signal, engines, log }))),
);

connection.onRequest(convexityRequest, (request, token) =>
  answer(request, token, signal => stream(convexityProgress, request, convexity(request, { signal, engines, log }))),
);

connection.onRequest(sharpnessRequest, (request, token) =>
  answer(request, token, signal => stream(sharpnessProgress, request, sharpness(request, { signal, engines, log }))),
);

connection.onRequest(spectrumRequest, (request, token) =>
  answer(request, token, signal => stream(spectrumProgress, request, spectrum(request, { signal, engines, log }))),
);

connection.onRequest(compareRequest, (request, token) =>
  answer(request, token, signal => stream(compareProgress, request, compare(request, runs, { signal, engines, log }))),
);

connection.onRequest(interpolateRequest, (request, token) =>
  answer(request, token, signal =>
    stream(interpolateProgress, request, interpolate(request, { signal, engines, log })),
  ),
);

connection.onRequest(surfaceRequest, (request, token) =>
  answer(request, token, signal => stream(surfaceProgress, request, surface(request, { signal, engines, log }))),
);

connection.onRequest(volumeRequest, (request, token) =>
  answer(request, token, signal => stream(volumeProgress, request, volume(request, { signal, engines, log }))),
);

/** A computation that is interrupted keeps what it has; one that does not come to an end is left behind after this long. */
const ENDING = 1500;

/** Interrupts everything, waits until it has ended, and ends the process. */
async function end(): Promise<void> {
  setTimeout(() => process.exit(), ENDING);
  for (const controller of running.keys()) controller.abort();
  await Promise.allSettled(running.values());
  process.exit();
}

// The editor comes first on a machine they share.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
// Whoever holds the other end of the channel is gone, or asks us to go.
process.once('disconnect', () => void end());
process.once('SIGTERM', () => void end());
connection.listen();
