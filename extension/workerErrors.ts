/** How a worker process ended. `stopped`: we asked for it; `crashed`: nobody did; `unavailable`: it never ran. */
export interface WorkerExit {
  readonly reason: 'stopped' | 'crashed' | 'unavailable';
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines it wrote to stderr, oldest first. */
  readonly stderr: readonly string[];
  /** Why the process could not be started, for `unavailable`. */
  readonly cause?: Error;
}

/** The worker process ended while a request was in flight. The message is a sentence for the user. */
export class WorkerExitedError extends Error {
  readonly exit: WorkerExit;

  constructor(exit: WorkerExit) {
    super(exitSentence(exit), exit.cause === undefined ? undefined : { cause: exit.cause });
    this.name = 'WorkerExitedError';
    this.exit = exit;
  }
}

/** The worker ended unexpectedly too often; a request was refused so that a broken engine is not started for ever. */
export class RestartBudgetError extends Error {
  constructor(exits: number, withinMinutes: number, last: WorkerExit) {
    super(
      `The engine stopped ${exits} times within ${withinMinutes} minutes and is not started again by itself: ` +
        `run "Basin: Restart Engine" to try once more. Last time, ${uncapitalize(exitSentence(last))}`,
    );
    this.name = 'RestartBudgetError';
  }
}

function exitSentence(exit: WorkerExit): string {
  switch (exit.reason) {
    case 'stopped':
      return 'The engine was stopped before it had finished; resume or retry.';
    case 'unavailable':
      return `The engine could not be started: ${exit.cause?.message ?? 'the reason is unknown'}; the log may say more.`;
    case 'crashed':
      return `The engine stopped unexpectedly (${exitDetail(exit)})${quotedLine(exit)}; resume or retry, or see the log.`;
  }
}

function exitDetail({ code, signal }: WorkerExit): string {
  // The kernel's out-of-memory killer leaves no other trace than the signal.
  if (signal === 'SIGKILL') return 'killed by SIGKILL, as the system does when memory runs out';
  return signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`;
}

/**
 * A stack trace ends in frames and Node's version, so the line that says what went wrong is rarely the last. What a
 * process wrote before a signal ended it need not have to do with that.
 */
function quotedLine({ stderr, signal }: WorkerExit): string {
  const lines = stderr.map(line => line.trim()).filter(line => line !== '');
  const lastWords = signal === null ? lines.at(-1) : undefined;
  const line = lines.findLast(candidate => /error|fatal|abort|terminate/i.test(candidate)) ?? lastWords;
  return line === undefined ? '' : `, saying "${line.slice(0, 300)}"`;
}

const uncapitalize = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);
