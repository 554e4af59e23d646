import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { findRuns } from '../../../worker/run/find.ts';
import { never } from '../objective/problems.ts';
import { states, Workspace } from './workspace.ts';

describe('listing a run', () => {
  let workspace: Workspace;
  let checkpoint: Buffer;
  const put = async (name: string, content: Uint8Array | string, secondsAgo?: number): Promise<void> => {
    await writeFile(workspace.path(name), content);
    await workspace.settle(name, secondsAgo);
  };

  beforeEach(async () => {
    workspace = await Workspace.create();
    checkpoint = await readFile(workspace.path('runs/batch-32/epoch_024.pt'));
    await mkdir(workspace.path('run'));
  });

  afterEach(() => workspace.remove());

  it('orders the checkpoints of the digits by epoch, and finds nothing measured', async () => {
    const result = await workspace.list();
    assert.equal(result.folder, 'runs/batch-32');
    assert.equal(result.order, 'epoch');
    assert.deepEqual(
      result.checkpoints.map(({ file, step, epoch, state, present, measures }) => [
        file,
        step,
        epoch,
        state,
        present,
        measures.length,
      ]),
      Array.from({ length: 13 }, (_, index) => [
        `epoch_${String(2 * index).padStart(3, '0')}.pt`,
        null,
        2 * index,
        'unmeasured',
        true,
        0,
      ]),
    );
    assert.equal(result.complete, false);
    assert.deepEqual(workspace.reports, []);
  });

  it('tells checkpoints from what lies beside them, by content and not by name', async () => {
    await put('run/step_2.pt', checkpoint);
    await put('run/step_10', checkpoint);
    await put('run/step_3.pt', checkpoint.subarray(0, 9000));
    await put('run/step_4.pt', new Uint8Array());
    await put('run/step_5.pt', 'no checkpoint at all');
    for (const name of ['.step_6.pt', 'step_7.pt.tmp', 'step_8.pt.part', 'step_9.pt~', 'tmp-step_10.pt']) {
      await put(`run/${name}`, checkpoint);
    }
    await put('run/notes.txt', 'text');
    await put('run/events.out.tfevents.17', 'no checkpoint');
    await symlink('step_2.pt', workspace.path('run/last.pt'));
    await mkdir(workspace.path('run/step_11.pt'));
    await writeFile(workspace.path('run/step_12.pt'), checkpoint);
    const { checkpoints, order } = await workspace.list('run');
    assert.equal(order, 'step');
    assert.deepEqual(
      checkpoints.map(({ step, file, state, reason = '' }) => [step, file, state, reason]),
      [
        [2, 'step_2.pt', 'unmeasured', ''],
        [
          3,
          'step_3.pt',
          'incomplete',
          'step_3.pt: the zip archive has no directory at its end; it is still being written, or was cut short: copy or save it again.',
        ],
        [4, 'step_4.pt', 'incomplete', 'step_4.pt: an empty file; it is still being written, or the disk filled up.'],
        [5, 'step_5.pt', 'failed', 'step_5.pt: a text file and no checkpoint; name the file that the training wrote.'],
        [10, 'step_10', 'unmeasured', ''],
        [12, 'step_12.pt', 'incomplete', 'step_12.pt: was written just now, and may still be.'],
      ],
    );
  });

  it('looks into a file once, and remembers what it is', async () => {
    await put('run/step_1.pt', checkpoint);
    await put('run/step_2.pt', checkpoint.subarray(0, 9000));
    await put('run/step_3.pt', 'no checkpoint');
    const facts = async (): Promise<string[]> => {
      const [name] = (await readdir(workspace.path('results/runs'))) as [string];
      const lines = (await readFile(workspace.path(`results/runs/${name}`), 'utf8')).split('\n');
      return lines.filter(line => line !== '').map(line => JSON.parse(line).look?.is);
    };
    const first = await workspace.list('run');
    assert.deepEqual((await facts()).sort(), ['checkpoint', 'incomplete', 'other', undefined]);
    assert.deepEqual(await workspace.list('run'), first);
    await put('run/step_2.pt', checkpoint);
    await workspace.list('run');
    assert.deepEqual((await facts()).sort(), ['checkpoint', 'checkpoint', 'incomplete', 'other', undefined]);
  });

  it('takes no data for checkpoints', async () => {
    await put('epoch_1.pt', checkpoint);
    assert.deepEqual(states(await workspace.list('.')), ['epoch_1.pt unmeasured']);
  });

  it('orders by time where a checkpoint tells neither step nor epoch', async () => {
    await put('run/last.pt', checkpoint, 10);
    await put('run/epoch_1.pt', checkpoint, 30);
    await put('run/epoch_0.pt', checkpoint, 20);
    const { order, checkpoints } = await workspace.list('run');
    assert.equal(order, 'time');
    assert.deepEqual(
      checkpoints.map(({ file }) => file),
      ['epoch_1.pt', 'epoch_0.pt', 'last.pt'],
    );
  });

  it('says in a sentence why a folder cannot be listed', async () => {
    await assert.rejects(workspace.list('nowhere'), {
      kind: 'input',
      message: /nowhere: no such folder; check the path\.$/,
    });
  });

  it('lists a run without a project', async () => {
    await writeFile(workspace.path('basin.json'), '{');
    assert.equal((await workspace.list()).checkpoints.length, 13);
  });

  it('finds runs by content and what basin.json names', async () => {
    const folder = (name: string) => ({ folder: workspace.path(name), project: workspace.path('basin.json') });
    const roots = [workspace.folder];
    const both = [folder('runs/batch-1024'), folder('runs/batch-32')];
    await put('run/step_1.pt', checkpoint);
    assert.deepEqual(await findRuns(roots, never), both);
    await put('run/step_2.pt', checkpoint);
    await mkdir(workspace.path('node_modules'));
    await put('node_modules/step_1.pt', checkpoint);
    await put('node_modules/step_2.pt', checkpoint);
    const project = JSON.parse(await readFile(workspace.path('basin.json'), 'utf8'));
    const { runs: _, ...without } = project;
    await writeFile(workspace.path('basin.json'), JSON.stringify(without));
    assert.deepEqual(await findRuns(roots, never), [folder('run'), ...both]);
    await writeFile(workspace.path('basin.json'), JSON.stringify({ ...project, runs: ['runs/batch-3*', 'none'] }));
    assert.deepEqual(await findRuns(roots, never), [folder('runs/batch-32')]);
    const absolute = { ...project, runs: [workspace.path('runs/*-32')] };
    await writeFile(workspace.path('basin.json'), JSON.stringify(absolute));
    assert.deepEqual(await findRuns(roots, never), [folder('runs/batch-32')]);
  });
});
