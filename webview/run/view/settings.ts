/** What the reader chose of a run's display, and how it is kept: as data that another version may have written. Pure. */
import type { ViewState } from '../../messages.ts';
import { fields, oneOf } from '../../view/kept.ts';
import type { ScaleKind } from '../../view/scale.ts';
import { type AxisKind, axisKinds } from './axis.ts';

export interface RunView {
  /** `null` is the axis by which the run is ordered. */
  readonly axis: AxisKind | null;
  readonly axisScale: ScaleKind;
  /** `auto` is the scale that suits the values of each chart. */
  readonly scale: ScaleKind | 'auto';
  /** Weight of what came before in the exponential mean: from 0, none, to `SMOOTHING_MAX`. */
  readonly smoothing: number;
  /** Labels of the runs that the panel's own is compared with. */
  readonly compared: readonly string[];
  /** The chosen checkpoint's key; `null` is the last one that was measured. */
  readonly chosen: string | null;
  /** Whether the landscape follows the slider. */
  readonly follows: boolean;
  /** Minutes after which measuring stops, as typed; empty for no limit. */
  readonly budget: string;
}

export const SMOOTHING_MAX = 0.99;

export const defaultRunView: RunView = {
  axis: null,
  axisScale: 'linear',
  scale: 'auto',
  smoothing: 0,
  compared: [],
  chosen: null,
  follows: false,
  budget: '',
};

export const toRunViewState = (view: RunView): ViewState => ({ ...view });

/** What was kept; whatever of it is missing or is no choice of this version is the default. */
export function fromRunViewState(kept: unknown): RunView {
  const { axis, axisScale, scale, smoothing, compared, chosen, follows, budget } = fields(kept);
  const otherwise = defaultRunView;
  return {
    axis: oneOf([null, ...axisKinds], axis, otherwise.axis),
    axisScale: oneOf(['linear', 'log'], axisScale, otherwise.axisScale),
    scale: oneOf(['auto', 'linear', 'log'], scale, otherwise.scale),
    smoothing:
      typeof smoothing === 'number' && smoothing >= 0 && smoothing <= SMOOTHING_MAX ? smoothing : otherwise.smoothing,
    compared: Array.isArray(compared) ? compared.filter(label => typeof label === 'string') : otherwise.compared,
    chosen: typeof chosen === 'string' ? chosen : otherwise.chosen,
    follows: follows === true,
    budget: typeof budget === 'string' ? budget : otherwise.budget,
  };
}

/** The seconds that a typed budget means; `null` where it is none, undefined where it is no limit. */
export function budgetSeconds(typed: string): number | null | undefined {
  if (typed.trim() === '') return undefined;
  const minutes = Number(typed);
  return Number.isFinite(minutes) && minutes > 0 ? 60 * minutes : null;
}
