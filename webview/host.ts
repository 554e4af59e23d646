/** The page's end of the wire to the extension, and what survives a reload. */
import type { FromPanel, PanelState, ToPanel } from './messages.ts';
import { type CameraState, defaultCamera } from './surface3d.ts';
import { defaultSettings, type Settings } from './viewModel.ts';

/** What VS Code keeps for the page. */
export interface Saved {
  readonly settings: Settings;
  readonly camera: CameraState;
  /** By which the extension finds the panel's checkpoint again after a reload; absent before its first message. */
  readonly checkpoint?: string;
}

interface VsCodeApi {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: Saved): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

export const post = (message: FromPanel): void => api.postMessage(message);

/** Keeps what changed beside what was saved before. */
export const save = (changed: Partial<Saved>): void => api.setState({ ...restore(), ...changed });

/** What was saved last; whatever of it is missing or was written by another version is the default. */
export function restore(): Saved {
  const saved = (api.getState() ?? {}) as Partial<Record<'settings' | 'camera', Partial<Record<string, unknown>>>> & {
    readonly checkpoint?: unknown;
  };
  const { metric, scale } = saved.settings ?? {};
  const { azimuth, polar, zoom } = saved.camera ?? {};
  return {
    ...(typeof saved.checkpoint === 'string' && { checkpoint: saved.checkpoint }),
    settings: {
      metric: metric === 'accuracy' ? metric : defaultSettings.metric,
      scale: scale === 'linear' || scale === 'log' ? scale : defaultSettings.scale,
    },
    camera:
      isNumber(azimuth) && isNumber(polar) && isNumber(zoom) && zoom > 0 ? { azimuth, polar, zoom } : defaultCamera,
  };
}

/** Calls back with every state the extension sends. */
export function onState(listener: (state: PanelState) => void): void {
  window.addEventListener('message', (event: MessageEvent<ToPanel>) => {
    if (event.data?.type !== 'state') return;
    const { state } = event.data;
    if (state.checkpoint !== restore().checkpoint) save({ checkpoint: state.checkpoint });
    listener(state);
  });
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
