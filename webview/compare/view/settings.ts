/** What the reader chose of a comparison's display, and how it is kept: as data that another version may have written. Pure. */
import type { ViewState } from '../../messages.ts';
import { fields, oneOf } from '../../view/kept.ts';
import type { ScaleKind } from '../../view/scale.ts';
import { defaultSettings, fromViewState, type Settings } from '../../view/settings.ts';

export interface CompareView {
  /** Of the contour maps, all alike. */
  readonly settings: Settings;
  /** The scale of the eigenvalues. */
  readonly eigenvalueScale: ScaleKind;
  /** The place of the pinned checkpoint; `null` is the comparison's own baseline. */
  readonly baseline: number | null;
}

export const defaultCompareView: CompareView = {
  // Each map is small.
  settings: { ...defaultSettings, levels: 6 },
  eigenvalueScale: 'linear',
  baseline: null,
};

export const toCompareViewState = (view: CompareView): ViewState => ({ ...view });

/** What was kept; whatever of it is missing or is no choice of this version is the default. */
export function fromCompareViewState(kept: unknown): CompareView {
  const { settings, eigenvalueScale, baseline } = fields(kept);
  return {
    settings: settings === undefined ? defaultCompareView.settings : fromViewState({ settings }).settings,
    eigenvalueScale: oneOf(['linear', 'log'], eigenvalueScale, defaultCompareView.eigenvalueScale),
    baseline: typeof baseline === 'number' && Number.isInteger(baseline) && baseline >= 0 ? baseline : null,
  };
}

/** The pinned checkpoint's place among so many. */
export const baselineOf = ({ baseline }: CompareView, proposed: number | undefined, count: number): number =>
  baseline !== null && baseline < count ? baseline : (proposed ?? 0);
