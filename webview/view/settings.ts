/** What the reader chose of the display, and how it is kept: as data that another version may have written. Pure. */
import type { ViewState } from '../messages.ts';
import { type CameraState, defaultCamera } from './camera.ts';
import { type ColorMapName, colorMapNames } from './colormap.ts';
import { type ContourWindow, wholePlane } from './contourWindow.ts';
import { fields, oneOf } from './kept.ts';
import type { ScaleKind } from './scale.ts';

export type Metric = 'loss' | 'accuracy';

/** About how many contour levels; `auto` is twelve. */
export type LevelCount = 'auto' | 0 | 6 | 24 | 48;

/** Of several planes: one by its index, or the mean or standard deviation over all of them. */
export type PlaneChoice = number | 'mean' | 'deviation';

/** `auto` is the scale that suits the values. */
export interface Settings {
  readonly metric: Metric;
  readonly scale: ScaleKind | 'auto';
  readonly colorMap: ColorMapName;
  readonly levels: LevelCount;
  readonly plane: PlaneChoice;
}

export const levelCounts: readonly LevelCount[] = ['auto', 0, 6, 24, 48];

export const defaultSettings: Settings = {
  metric: 'loss',
  scale: 'auto',
  colorMap: 'viridis',
  levels: 'auto',
  plane: 0,
};

/** Everything of the display that survives a reload. */
export interface View {
  readonly settings: Settings;
  readonly camera: CameraState;
  readonly window: ContourWindow;
}

export const defaultView: View = { settings: defaultSettings, camera: defaultCamera, window: wholePlane };

/** As it is kept. */
export const toViewState = ({ settings, camera, window }: View): ViewState => ({ settings, camera, window });

/** What was kept; whatever of it is missing or is no choice of this version is the default. */
export function fromViewState(kept: unknown): View {
  const { settings, camera, window } = fields(kept);
  const { metric, scale, colorMap, levels, plane } = fields(settings);
  const { azimuth, polar, zoom } = fields(camera);
  const { x, y, zoom: enlarged } = fields(window);
  return {
    settings: {
      metric: oneOf(['loss', 'accuracy'], metric, defaultSettings.metric),
      scale: oneOf(['auto', 'linear', 'log'], scale, defaultSettings.scale),
      colorMap: oneOf(colorMapNames, colorMap, defaultSettings.colorMap),
      levels: oneOf(levelCounts, levels, defaultSettings.levels),
      plane: isPlaneChoice(plane) ? plane : defaultSettings.plane,
    },
    camera:
      isNumber(azimuth) && isNumber(polar) && isNumber(zoom) && zoom > 0 ? { azimuth, polar, zoom } : defaultCamera,
    window:
      isFraction(x) && isFraction(y) && isNumber(enlarged) && enlarged >= 1 ? { x, y, zoom: enlarged } : wholePlane,
  };
}

const isPlaneChoice = (value: unknown): value is PlaneChoice =>
  value === 'mean' || value === 'deviation' || (isNumber(value) && Number.isInteger(value) && value >= 0);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isFraction = (value: unknown): value is number => isNumber(value) && value >= 0 && value <= 1;
