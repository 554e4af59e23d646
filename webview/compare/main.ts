/** A comparison's page: receives the state, draws it, sends what the reader asks for. */
import '../style.css';
import { onThemeChange, readTheme } from '../theme.ts';
import { listen, post, restoredView, saveView } from './host.ts';
import type { ComparePanelState } from './messages.ts';
import { ComparePage } from './page.ts';

const page = new ComparePage(document.getElementById('app')!, restoredView(), readTheme(), { post, view: saveView });
onThemeChange(theme => page.setTheme(theme));
let shown: ComparePanelState | null = null;
let isAlone = false;
listen({
  state: state => {
    shown = state;
    isAlone = false;
    page.show(state);
  },
  draw: (kind, of) => void page.sendPicture(kind, of),
  silence: isSilent => {
    if (isSilent === isAlone || shown === null) return;
    isAlone = isSilent;
    page.show(isSilent ? { ...shown, isAlone: true } : shown);
  },
});
post({ type: 'ready' });
