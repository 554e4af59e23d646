import assert from 'node:assert/strict';
import { commands } from 'vscode';
import type { PanelState } from '../../../webview/messages.ts';
import { descendantsRunning } from '../processes.ts';
import { panelState, truncatedCheckpoint, visualize, workspaceFile } from './basin.ts';

const checkpoint = (epoch: string) => workspaceFile('runs', 'batch-32', `epoch_${epoch}.pt`);

const cellCount = ({ surface }: PanelState): number => surface?.loss.flat().filter(cell => cell !== null).length ?? 0;

/** The first partial surface may hold the origin alone. */
const hasFirstCells = (state: PanelState): boolean => state.phase === 'computing' && cellCount(state) > 0;

describe('Visualize Landscape', () => {
  afterEach(() => commands.executeCommand('workbench.action.closeAllEditors'));

  it('computes every cell around a checkpoint', async () => {
    await visualize(checkpoint('024'));
    const { surface, checkpoint: label } = await panelState('done', ({ phase }) => phase === 'done');
    assert.equal(label, 'runs/batch-32/epoch_024.pt');
    assert.equal(surface?.complete, true);
    assert.ok(surface.loss.every(row => row.every(cell => typeof cell === 'number')));
  });

  it('keeps the cells computed so far when it is cancelled', async () => {
    await visualize(checkpoint('022'));
    await panelState('a first picture', hasFirstCells);
    await commands.executeCommand('basin.cancel');
    const state = await panelState('cancelled', ({ phase }) => phase === 'cancelled');
    assert.equal(state.surface?.complete, false);
    assert.ok(cellCount(state) > 0);
  });

  for (const [what, fraction] of [
    ['a truncated', 0.5],
    ['an empty', 0],
  ] as const) {
    it(`says what is wrong with ${what} checkpoint`, async () => {
      const name = `${what.split(' ')[1]}.pt`;
      await visualize(await truncatedCheckpoint(name, fraction));
      const { message, surface } = await panelState('failed', ({ phase }) => phase === 'failed');
      assert.match(message ?? '', new RegExp(`^${name}: .*[.?]$`));
      assert.equal(surface, undefined);
    });
  }

  it('says that the engine stopped when its process is killed in mid-grid, and computes again', async function () {
    if (process.platform !== 'linux') this.skip();
    await visualize(checkpoint('020'));
    await panelState('a first picture', hasFirstCells);
    const [worker, ...others] = descendantsRunning(process.pid, 'dist/worker.js');
    assert.ok(worker !== undefined && others.length === 0);
    process.kill(worker, 'SIGKILL');
    const stopped = await panelState('stopped', ({ phase }) => phase === 'stopped');
    assert.match(stopped.message ?? '', /\.$/);
    assert.notEqual(stopped.surface, undefined);

    await visualize(checkpoint('020'));
    const { surface } = await panelState('done', ({ phase }) => phase === 'done');
    assert.equal(surface?.complete, true);
  });
});
