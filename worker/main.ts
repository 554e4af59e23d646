/** The worker process: answers the extension host over the IPC channel until it is disconnected. */
import { constants, setPriority } from 'node:os';
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
} from 'vscode-jsonrpc/node';
import { arrays } from './commands/arrays.ts';
import { Engines } from './commands/context.ts';
import { devices } from './commands/devices.ts';
import { inspect } from './commands/inspect.ts';
import { loss } from './commands/loss.ts';
import { surface } from './commands/surface.ts';
import { BasinError, type ErrorKind, messageOf, OutsideError } from './errors.ts';
import { withinRoots } from './io/access.ts';
import {
  arraysRequest,
  type Confined,
  devicesRequest,
  type ErrorData,
  inspectRequest,
  lossRequest,
  surfaceProgress,
  surfaceRequest,
} from './protocol.ts';

/** JSON-RPC error code of a cancelled request (Language Server Protocol, RequestCancelled). */
const REQUEST_CANCELLED = -32800;
/** JSON-RPC error code of a request that failed for a reason it states (Language Server Protocol, RequestFailed). */
const REQUEST_FAILED = -32803;

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const engines = new Engines();

/** Answers with the result of `compute`, which reads no file that the request may not; failures travel with their kind. */
async function answer<T>(
  { allowedRoots }: Confined,
  token: CancellationToken,
  compute: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const listener = token.onCancellationRequested(() => controller.abort());
  try {
    return await withinRoots(allowedRoots, () => compute(controller.signal));
  } catch (error) {
    const kind: ErrorKind = error instanceof BasinError ? error.kind : 'computation';
    if (!(error instanceof BasinError)) console.error(error);
    const code = kind === 'interrupted' ? REQUEST_CANCELLED : REQUEST_FAILED;
    const folder = error instanceof OutsideError ? { folder: error.folder } : {};
    throw new ResponseError<ErrorData>(code, messageOf(error), { kind, ...folder });
  } finally {
    listener.dispose();
  }
}

connection.onRequest(arraysRequest, (request, token) => answer(request, token, () => arrays(request.file)));

connection.onRequest(devicesRequest, (_, token) => answer({}, token, devices));

connection.onRequest(inspectRequest, (target, token) => answer(target, token, () => inspect(target)));

connection.onRequest(lossRequest, (target, token) =>
  answer(target, token, signal => loss(target, { signal, engines })),
);

connection.onRequest(surfaceRequest, (request, token) =>
  answer(request, token, async signal => {
    let last = null;
    for await (const update of surface(request, { signal, engines })) {
      last = update.result;
      await connection.sendProgress(surfaceProgress, request.partialResultToken, update);
    }
    return last!;
  }),
);

// The editor comes first on a machine they share.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
connection.onClose(() => process.exit());
connection.listen();
