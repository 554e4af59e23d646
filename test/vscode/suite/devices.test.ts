import assert from 'node:assert/strict';
import { ConfigurationTarget, commands, workspace } from 'vscode';
import { settingIds } from '../../../extension/settings.ts';
import type { SurfaceResult } from '../../../worker/results.ts';
import { panelState, visualize, workspaceFile } from './basin.ts';

const checkpoint = workspaceFile('runs', 'batch-32', 'epoch_018.pt');

/** Changes a setting of the machine; `undefined` takes it back. */
const set = (id: string, value: unknown): Thenable<void> =>
  workspace.getConfiguration().update(id, value, ConfigurationTarget.Global);

/** The surface as soon as there is one that was computed after the last failure. */
async function firstPicture(): Promise<SurfaceResult> {
  const { surface } = await panelState(
    'a first picture',
    state => state.phase !== 'failed' && state.surface !== undefined,
  );
  return surface!;
}

describe('the settings of devices', () => {
  afterEach(async () => {
    for (const id of Object.values(settingIds)) await set(id, undefined);
    await commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('are read at each request: a device of another system is refused with the remedy', async () => {
    await set(settingIds.device, process.platform === 'darwin' ? 'dml' : 'coreml');
    await visualize(checkpoint);
    const { message } = await panelState('failed', ({ phase }) => phase === 'failed');
    assert.match(message ?? '', /^The device \w+ cannot be used\. .* only\. Use .*\.$/);

    await set(settingIds.device, 'cpu');
    await visualize(checkpoint);
    assert.equal((await firstPicture()).provenance.device, 'cpu');
  });

  it('name another ONNX Runtime, for which the engine is started anew', async () => {
    await set(settingIds.onnxruntimePath, '/nowhere/at/all');
    await visualize(checkpoint);
    const { message } = await panelState('failed', ({ phase }) => phase === 'failed');
    assert.match(message ?? '', /^\/nowhere\/at\/all: there is no onnxruntime-node in this folder; set .*\.$/);

    await set(settingIds.onnxruntimePath, undefined);
    await visualize(checkpoint);
    assert.match((await firstPicture()).provenance.engine, /^onnxruntime \d/);
  });
});
