import type { Graph } from '../graph/graph.ts';
import type { GraphType } from '../graph/types.ts';
import type { DeviceName } from '../results.ts';
import type { Tensor } from '../tensor.ts';

/** Runs graphs. An engine knows nothing of losses, data or checkpoints. */
export interface Engine {
  /** Name and version, for provenance. */
  readonly name: string;
  /** In what it computes. */
  readonly dtype: 'float32' | 'float64';
  /** Where the arithmetic happens. */
  readonly device: DeviceName;
  /** Processor threads in use, all lanes together. */
  readonly threads: number;
  /** How many sessions run at the same time; more may be open, and wait their turn. */
  readonly lanes: number;
  /**
   * Prepares a graph.
   * @param layout where each parameter's elements begin in the vector θ, in elements.
   * @param runs how often each session will run, by which an engine may decide what to prepare.
   */
  compile(graph: Graph, layout: ReadonlyMap<string, number>, runs: number): Program;
  dispose(): Promise<void>;
}

/** A graph an engine can run once its parameters are given. */
export interface Program {
  /**
   * Opens a session with the given parameters, which the engine may fold into the program.
   * Throws `computation` where the engine refuses the graph.
   */
  open(theta: Float32Array): Promise<Session>;
  /** What a reader of the numbers should know of how they were computed, a sentence each; complete after the first session was opened. */
  readonly notes: readonly string[];
  /** Frees what the engine keeps for the program; its sessions must be closed. */
  close(): Promise<void>;
}

export type Feeds = Readonly<Record<string, Tensor<GraphType>>>;

/** A program with its parameters in place. */
export interface Session {
  /** Runs once; returns the graph's outputs in order. */
  run(feeds: Feeds): Promise<readonly Tensor[]>;
  close(): Promise<void>;
}
