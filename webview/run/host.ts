/** The page's end of the wire to the extension, and what survives a reload. */
import { heartbeat } from '../heartbeat.ts';
import { connect } from '../vscodeApi.ts';
import type { FromRunPage, SavedRunPage, ToRunPage } from './messages.ts';
import { fromRunViewState, type RunView, toRunViewState } from './view/settings.ts';

const { post, saved, save } = connect<FromRunPage, SavedRunPage>();

export { post };

export const saveView = (view: RunView): void => save({ view: toRunViewState(view) });

export const restoredView = (): RunView => fromRunViewState(saved().view);

export interface HostListener {
  readonly state: (state: Extract<ToRunPage, { type: 'state' }>['state']) => void;
  readonly draw: (kind: 'png' | 'svg') => void;
  /** The extension has not been heard for long, or is heard again. */
  readonly silence: (isSilent: boolean) => void;
}

/** Calls back with everything the extension says. */
export function listen(listener: HostListener): void {
  const beat = heartbeat(listener.silence);
  window.addEventListener('message', ({ data }: MessageEvent<ToRunPage | undefined>) => {
    if (data !== undefined) beat();
    switch (data?.type) {
      case 'state': {
        const { label } = data.state.runs[0];
        if (saved().run !== label) save({ run: label });
        listener.state(data.state);
        return;
      }
      case 'draw':
        listener.draw(data.kind);
        return;
    }
  });
}
