/** A run's page: receives the state, draws it, sends what the reader asks for. */
import '../style.css';
import { onThemeChange, readTheme } from '../theme.ts';
import { listen, post, restoredView, saveView } from './host.ts';
import type { RunPanelState } from './messages.ts';
import { RunPage } from './page.ts';
import { withoutExtension } from './view/silence.ts';

const view = restoredView();
const page = new RunPage(document.getElementById('app')!, view, readTheme(), { post, view: saveView });
onThemeChange(theme => page.setTheme(theme));
let shown: RunPanelState | null = null;
let isAlone = false;
listen({
  state: state => {
    shown = state;
    isAlone = false;
    page.show(state);
  },
  draw: kind => void page.sendPicture(kind),
  silence: isSilent => {
    if (isSilent === isAlone || shown === null) return;
    isAlone = isSilent;
    page.show(isSilent ? withoutExtension(shown) : shown);
  },
});
// The extension knows the panel's own run only.
if (view.compared.length > 0) post({ type: 'compare', labels: view.compared });
post({ type: 'ready' });
