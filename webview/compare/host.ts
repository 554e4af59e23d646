/** The page's end of the wire to the extension, and what survives a reload. */
import { heartbeat } from '../heartbeat.ts';
import { connect } from '../vscodeApi.ts';
import type { CompareExportOf, FromComparePage, SavedComparePage, ToComparePage } from './messages.ts';
import { type CompareView, fromCompareViewState, toCompareViewState } from './view/settings.ts';

const { post, saved, save } = connect<FromComparePage, SavedComparePage>();

export { post };

export const saveView = (view: CompareView): void => save({ view: toCompareViewState(view) });

export const restoredView = (): CompareView => fromCompareViewState(saved().view);

export interface HostListener {
  readonly state: (state: Extract<ToComparePage, { type: 'state' }>['state']) => void;
  readonly draw: (kind: 'png' | 'svg', of?: CompareExportOf) => void;
  /** The extension has not been heard for long, or is heard again. */
  readonly silence: (isSilent: boolean) => void;
}

/** Calls back with everything the extension says. */
export function listen(listener: HostListener): void {
  const beat = heartbeat(listener.silence);
  window.addEventListener('message', ({ data }: MessageEvent<ToComparePage | undefined>) => {
    if (data !== undefined) beat();
    switch (data?.type) {
      case 'state': {
        const { checkpoints } = data.state;
        if (JSON.stringify(saved().checkpoints) !== JSON.stringify(checkpoints)) save({ checkpoints });
        listener.state(data.state);
        return;
      }
      case 'draw':
        listener.draw(data.kind, data.of);
        return;
    }
  });
}
