/** The landscape panel's page: receives the state, draws it, sends what the reader asks for. */
import './style.css';
import './landscape.css';
import { listen, post, restoredTab, restoredView, saveTab, saveView } from './host.ts';
import type { PanelState } from './messages.ts';
import { Page } from './page.ts';
import { onThemeChange, readTheme } from './theme.ts';
import { defaultView } from './view/settings.ts';
import { withoutExtension } from './view/silence.ts';

const page = new Page(document.getElementById('app')!, restoredView() ?? defaultView, restoredTab(), readTheme(), {
  post,
  view: saveView,
  tab: saveTab,
});
let shown: PanelState | null = null;
let isAlone = false;
onThemeChange(theme => page.setTheme(theme));
listen({
  state: (state, view) => {
    if (view !== null) page.setView(view);
    shown = state;
    isAlone = false;
    page.show(state);
  },
  draw: (kind, of) => void page.sendPicture(kind, of),
  directions: file => page.setDirections(file),
  through: files => page.setThrough(files),
  silence: isSilent => {
    if (isSilent === isAlone || shown === null) return;
    isAlone = isSilent;
    page.show(isSilent ? withoutExtension(shown) : shown);
  },
});
post({ type: 'ready' });
