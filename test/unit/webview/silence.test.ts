import assert from 'node:assert/strict';
import { analysisStatus } from '../../../webview/view/analysisStatus.ts';
import { withoutExtension } from '../../../webview/view/silence.ts';
import { statusView } from '../../../webview/view/status.ts';
import { panelStates } from '../../fixtures/panelStates.ts';
import { spectrumStates } from '../../fixtures/spectra.ts';

const words = { compute: '', cost: '', running: () => '', reached: () => '', took: () => '' };

describe('a panel whose extension is no more', () => {
  it('shows that what was computing has ended, with what there is of it, and offers nothing', () => {
    const state = withoutExtension({ ...panelStates.coarse, spectrum: spectrumStates.computing });
    assert.deepEqual(
      [state.phase, state.surface, state.spectrum?.phase],
      ['stopped', panelStates.coarse.surface, 'stopped'],
    );
    assert.equal(state.spectrum?.result, spectrumStates.computing.result);
    for (const { actions, message } of [statusView(state), analysisStatus(state.spectrum!, words)]) {
      assert.deepEqual(actions, []);
      assert.match(message ?? '', /no longer answers.*open it again/);
    }
  });

  for (const name of ['done', 'cancelled', 'failed', 'document'] as const) {
    it(`shows what it has where nothing was computing: ${name}`, () => {
      const state = { ...panelStates[name], spectrum: spectrumStates.done };
      assert.deepEqual(withoutExtension(state), state);
    });
  }
});
