/** The landscape panel's page: receives the state, draws it, sends what the reader asks for. */
import './style.css';
import { onState, post, restore, save } from './host.ts';
import { Page } from './page.ts';
import { onThemeChange, readTheme } from './theme.ts';

const saved = restore();
const page = new Page(document.getElementById('app')!, saved.settings, saved.camera, readTheme(), {
  post,
  settings: settings => save({ settings }),
  camera: camera => save({ camera }),
});
onThemeChange(theme => page.setTheme(theme));
onState(state => page.show(state));
post({ type: 'ready' });
