import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { commands, extensions, type Tab, TabInputWebview, Uri, window, workspace } from 'vscode';
import { commands as ids, landscapeViewType } from '../../../extension/commands.ts';
import { eventually } from '../../eventually.ts';

const checkpoint = 'runs/batch-32/epoch_024.pt';
const uri = Uri.joinPath(workspace.workspaceFolders![0]!.uri, checkpoint);

/** VS Code prefixes the view type of a panel. */
const isLandscape = ({ input }: Tab): boolean =>
  input instanceof TabInputWebview && input.viewType.endsWith(landscapeViewType);

const landscapes = (): readonly Tab[] => window.tabGroups.all.flatMap(group => group.tabs).filter(isLandscape);

/** Process ids of the workers that this extension host started; only Linux tells. */
function workers(): readonly string[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ');
  return children.filter(pid => {
    try {
      return pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dist/worker.js');
    } catch {
      return false;
    }
  });
}

/** Tabs appear a moment after their panels. */
async function landscapeCount(count: number): Promise<void> {
  if (landscapes().length === count) return;
  await new Promise<void>(resolve => {
    const subscription = window.tabGroups.onDidChangeTabs(() => {
      if (landscapes().length !== count) return;
      subscription.dispose();
      resolve();
    });
  });
}

describe('extension', function () {
  // Each goes on from where the one before it ended.
  this.retries(0);
  before(async () => {
    await extensions.getExtension('basin.basin')?.activate();
  });

  after(async () => {
    await window.tabGroups.close(landscapes());
    await commands.executeCommand(ids.restartEngine);
  });

  it('registers its commands', async () => {
    const registered = await commands.getCommands(true);
    assert.deepEqual(
      Object.values(ids).filter(id => !registered.includes(id)),
      [],
    );
  });

  it('opens one panel a checkpoint, named after it', async () => {
    await commands.executeCommand(ids.visualizeLandscape, uri, [uri]);
    await landscapeCount(1);
    await commands.executeCommand(ids.visualizeLandscape, uri, [uri]);
    await commands.executeCommand(ids.showLandscape);
    await eventually(() =>
      assert.deepEqual(
        landscapes().map(({ label }) => label),
        ['epoch_024.pt'],
      ),
    );
  });

  it('runs one worker while it computes, and ends it when the engine is restarted', async function () {
    if (process.platform !== 'linux') return this.skip();
    // The engine is asked once basin.json has been read.
    const worker = await eventually(() => {
      const [one, ...others] = workers();
      assert.ok(one !== undefined && others.length === 0);
      return one;
    });
    await commands.executeCommand(ids.restartEngine);
    // Another may have been started already, to look at the devices.
    await eventually(() => assert.ok(!workers().includes(worker)));
  });

  it('opens no second column for a second landscape', async () => {
    const second = Uri.joinPath(uri, '../epoch_000.pt');
    await commands.executeCommand(ids.visualizeLandscape, second, [second]);
    await landscapeCount(2);
    await eventually(() => assert.equal(new Set(landscapes().map(({ group }) => group.viewColumn)).size, 1));
  });

  it('closes', async () => {
    await window.tabGroups.close(landscapes());
    await landscapeCount(0);
    assert.equal(landscapes().length, 0);
  });
});
