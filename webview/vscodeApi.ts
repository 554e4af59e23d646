/** A page's end of the wire to the extension, and what VS Code keeps for the page. */

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host<Message, Saved> {
  post(message: Message): void;
  /** What was saved last, by this page or before it was loaded again. */
  saved(): Saved;
  /** Keeps what changed beside what was saved before. */
  save(changed: Saved): void;
}

/** Connects the page; VS Code allows it once. What was saved may be another version's: it is an object, and no more is known. */
export function connect<Message, Saved extends object>(): Host<Message, Saved> {
  const api = acquireVsCodeApi();
  const saved = (): Saved => {
    const kept = api.getState();
    return (typeof kept === 'object' && kept !== null ? kept : {}) as Saved;
  };
  return {
    post: message => api.postMessage(message),
    saved,
    save: changed => api.setState({ ...saved(), ...changed }),
  };
}
