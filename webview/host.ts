/** The page's end of the wire to the extension, and what survives a reload. */
import { heartbeat } from './heartbeat.ts';
import type { AnalysisName, FromPanel, ToPanel, ViewState } from './messages.ts';
import { type TabName, tabNames } from './tabNames.ts';
import { fromViewState, toViewState, type View } from './view/settings.ts';
import { connect } from './vscodeApi.ts';

/** What VS Code keeps for the page: the display, and by what the extension finds the panel's checkpoint again. */
interface Saved {
  readonly view?: ViewState;
  readonly tab?: string;
  /** Absent before the extension's first message. */
  readonly checkpoint?: string;
}

const { post, saved, save } = connect<FromPanel, Saved>();

export { post };

/** Milliseconds without a change after which the extension is told: a turn of the surface is many changes. */
const QUIET = 400;
let pending: ReturnType<typeof setTimeout> | undefined;

/** Keeps the display, here at once and in the extension soon. */
export function saveView(view: View): void {
  const kept = toViewState(view);
  save({ view: kept });
  clearTimeout(pending);
  pending = setTimeout(() => post({ type: 'viewState', view: kept }), QUIET);
}

/** The display as this page left it before it was loaded again; null where it is new. */
export function restoredView(): View | null {
  const { view } = saved();
  return view === undefined ? null : fromViewState(view);
}

/** Keeps which tab is looked at: for this page alone, since another checkpoint's begins with its landscape. */
export const saveTab = (tab: TabName): void => save({ tab });

export const restoredTab = (): TabName => tabNames.find(name => name === saved().tab) ?? 'landscape';

export interface HostListener {
  /** `view` is the display that the extension keeps, for a page without one of its own. */
  readonly state: (message: Extract<ToPanel, { type: 'state' }>['state'], view: View | null) => void;
  readonly draw: (kind: Extract<ToPanel, { type: 'draw' }>['kind'], of: AnalysisName | 'landscape') => void;
  readonly directions: (file: string) => void;
  readonly through: (files: readonly [string, string]) => void;
  /** The extension has not been heard for long, or is heard again. */
  readonly silence: (isSilent: boolean) => void;
}

/** Calls back with everything the extension says. */
export function listen(listener: HostListener): void {
  const beat = heartbeat(listener.silence);
  window.addEventListener('message', ({ data }: MessageEvent<ToPanel | undefined>) => {
    if (data !== undefined) beat();
    switch (data?.type) {
      case 'state': {
        const { state } = data;
        const isNew = saved().view === undefined;
        if (state.checkpoint !== saved().checkpoint) save({ checkpoint: state.checkpoint });
        listener.state(state, isNew && state.view !== undefined ? fromViewState(state.view) : null);
        return;
      }
      case 'draw':
        listener.draw(data.kind, data.of ?? 'landscape');
        return;
      case 'directions':
        listener.directions(data.file);
        return;
      case 'through':
        listener.through(data.files);
        return;
    }
  });
}
