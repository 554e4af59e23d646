/** What the engine and its computing threads say to each other. */
import type { DeviceName } from '../results.ts';
import type { Tensor } from '../tensor.ts';
import type { Feeds } from './engine.ts';

export interface LaneOptions {
  readonly device: DeviceName;
  /** Processor threads of each session. */
  readonly threads: number;
}

/** A parameter that a model takes as an input, and where its elements lie in θ. */
export interface ParameterInput {
  readonly name: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

export type LaneRequest = { readonly id: number } & (
  | {
      readonly kind: 'program';
      readonly program: number;
      readonly model: Uint8Array;
      /** Parameters that are inputs; where there are none, all are folded into each session. */
      readonly parameters: readonly ParameterInput[];
    }
  | { readonly kind: 'forget'; readonly program: number }
  | { readonly kind: 'open'; readonly session: number; readonly program: number; readonly theta: Float32Array }
  | { readonly kind: 'run'; readonly session: number; readonly feeds: Feeds }
  | { readonly kind: 'close'; readonly session: number }
);

/** What a request is answered with: a run's outputs, or of a session just opened, which operators the device lacks. */
export interface LaneAnswer {
  readonly outputs?: readonly Tensor[];
  /** Operators of the graph that run on the processor although the session's device is another. */
  readonly onProcessor?: readonly string[];
}

export type LaneReply = { readonly id: number } & (
  | { readonly answer: LaneAnswer; readonly error?: never }
  | { readonly error: string; readonly answer?: never }
);
