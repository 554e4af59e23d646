/** Checkpoints of other ecosystems in VS Code with the package installed: each from its file or folder to a picture. */
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { arraysOf, writeShards } from '../unit/checkpoint/forms.ts';
import { button, contourIn, reached, says } from './landscapes.ts';
import { pictureIn } from './pictures.ts';
import { openSession } from './session.ts';
import { accept, chooseInContextMenu, runCommand, webviewOf } from './workbench.ts';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** What PyTorch found in float64 on the training data, to the digits that the panel shows: digits-mlp/reference.json. */
const loss = '0.0197';

describe('checkpoints of other ecosystems', function () {
  this.timeout(600_000);
  const session = openSession({ name: 'doors', prepare });

  const visualize = (path: string): Promise<number> => chooseInContextMenu(session().page, path, 'Visualize Landscape');

  /** The file of settings that holds for the window, or for the machine, which alone may name libraries. */
  function configure(settings: Readonly<Record<string, unknown>>, of: 'workspace' | 'machine' = 'workspace'): void {
    const { workspace } = session().server;
    const folder = of === 'workspace' ? join(workspace, '.vscode') : join(dirname(workspace), 'server/data/Machine');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  }

  afterEach(() => runCommand(session().page, 'View: Close All Editors'));

  it('need no model where they hold their network, and the guide asks for none', async () => {
    const { page, server } = session();
    await visualize('keras/digits.keras');
    await reached(page, 'digits.keras', 'failed');
    await says(page, /^No basin\.json says yet which data belong to this checkpoint/);
    await button(page, 'Set Up This Project').click();
    for (const [step, first] of [
      ['(1 of 2): Inputs', 'train.npz#x'],
      ['(1 of 2): Targets', 'train.npz#y'],
      ['(2 of 2): Loss', 'As it was compiled'],
    ] as const) {
      const title = page.locator('.quick-input-titlebar', { hasText: step });
      await title.waitFor();
      const rows = page.locator('.quick-input-widget .monaco-list-row');
      await eventually(async () => assert.match((await rows.first().textContent()) ?? '', new RegExp(first)));
      await screenshot(page, `doors-guide-${step.split(' ').at(-1)!.toLowerCase()}`);
      await accept(page, title);
    }
    await isDrawn(page, 'digits.keras');
    await screenshot(page, 'doors-keras');
    assert.deepEqual(JSON.parse(readFileSync(join(server.workspace, 'basin.json'), 'utf8')), {
      data: { train: { inputs: 'train.npz#x', targets: 'train.npz#y' } },
    });
  });

  for (const [what, path] of [
    ['a Keras 2 file', 'keras/digits.h5'],
    ['a folder that TensorFlow.js wrote', 'js/epoch_1'],
    ['its model.json', 'js/epoch_2/model.json'],
    ['a folder of shards', 'torch/checkpoint-300'],
    ['the index of shards', 'torch/checkpoint-300/model.safetensors.index.json'],
  ] as const) {
    it(`are drawn from ${what}, with the loss of the same network in PyTorch`, async () => {
      const { page } = session();
      await visualize(path);
      await isDrawn(page, path);
      await screenshot(page, `doors-${path.replaceAll(/\W+/g, '-')}`);
    });
  }

  for (const [what, path, sentence] of [
    ['a Keras file that is cut short', 'keras/cut.keras', /^cut\.keras: .*copy or save it again\.$/],
    [
      'a folder that lacks a shard',
      'torch/checkpoint-400',
      /^checkpoint-400\/model\.safetensors\.index\.json: names model-00002-of-00003\.safetensors as a part of it, which is not there/,
    ],
    [
      'a single shard',
      // The other folder lacks it, so that there is one row of this name.
      'torch/checkpoint-300/model-00002-of-00003.safetensors',
      /: part 2 of 3 of a checkpoint; take its folder, or the \.index\.json in it, instead\.$/,
    ],
  ] as const) {
    it(`are refused with a sentence where one is ${what}`, async () => {
      const { page } = session();
      await visualize(path);
      await reached(page, path.split('/').at(-1)!, 'failed');
      await says(page, sentence);
      await screenshot(page, `doors-${path.replaceAll(/\W+/g, '-')}`);
    });
  }

  it('have one entry each in the view of runs, in order', async () => {
    const { page } = session();
    await page.locator('.activitybar').getByRole('tab', { name: 'Basin' }).click();
    const rows = page.locator('#workbench\\.parts\\.sidebar .monaco-list-row');
    await eventually(async () => {
      const texts = await rows.allTextContents();
      const names = texts.map(text => /^(js|torch|epoch_\d+|checkpoint-\d+)/.exec(text)?.[0]);
      assert.deepEqual(names, ['js', 'epoch_1', 'epoch_2', 'torch', 'checkpoint-300', 'checkpoint-400']);
    });
    await screenshot(page, 'doors-runs');
    await page.locator('.activitybar').getByRole('tab', { name: 'Explorer' }).click();
  });

  it('are computed by TensorFlow.js where the setting says so, and the caption says it', async () => {
    const { page } = session();
    configure({ 'basin.engine': 'tfjs' });
    await visualize('keras/digits.keras');
    await isDrawn(page, 'digits.keras');
    await webviewOf(page)
      .locator('footer', { hasText: /Computed by tfjs \d/ })
      .waitFor();
    await screenshot(page, 'doors-tfjs');
  });

  it('are refused with a sentence where the setting names a folder without TensorFlow.js', async () => {
    const { page, server } = session();
    configure({ 'basin.tfjs.path': server.workspace }, 'machine');
    await visualize('keras/digits.h5');
    await reached(page, 'digits.h5', 'failed');
    await says(
      page,
      /there is no @tensorflow\/tfjs-node-gpu or @tensorflow\/tfjs-node in this folder; set basin\.tfjs\.path/,
    );
    await screenshot(page, 'doors-tfjs-path');
  });
});

/** Waits for the picture of a checkpoint's panel, and for the loss that it must have. */
async function isDrawn(page: Page, path: string): Promise<void> {
  await pictureIn(contourIn(page, path));
  await webviewOf(page).locator('main', { hasText: path }).locator('.numbers', { hasText: loss }).waitFor();
}

/** The digits' network of 300 steps as each writes it, and files that are not whole. */
async function prepare(workspace: string): Promise<void> {
  for (const name of readdirSync(workspace)) rmSync(join(workspace, name), { recursive: true });
  const digits = join(fixtures, 'digits-mlp');
  for (const file of ['train.npz', 'model.onnx']) copyFileSync(join(digits, file), join(workspace, file));
  const data = { train: { inputs: '../train.npz#x', targets: '../train.npz#y' } };
  const project = (folder: string, content: object): void => {
    mkdirSync(join(workspace, folder), { recursive: true });
    writeFileSync(join(workspace, folder, 'basin.json'), JSON.stringify({ data, ...content }));
  };

  mkdirSync(join(workspace, 'keras'));
  for (const file of ['digits.keras', 'digits.h5']) {
    copyFileSync(join(fixtures, 'keras', file), join(workspace, 'keras', file));
  }
  const whole = readFileSync(join(fixtures, 'keras/digits.keras'));
  writeFileSync(join(workspace, 'keras/cut.keras'), whole.subarray(0, whole.length / 2));

  // It was compiled with a loss of probabilities, which its logits are not.
  project('js', { loss: 'cross-entropy' });
  for (const epoch of ['epoch_1', 'epoch_2']) {
    mkdirSync(join(workspace, 'js', epoch));
    for (const file of ['model.json', 'model-1of3.bin', 'model-2of3.bin', 'model-3of3.bin']) {
      copyFileSync(join(fixtures, 'keras', file), join(workspace, 'js', epoch, file));
    }
  }

  project('torch', { model: '../model.onnx', loss: 'cross-entropy' });
  const arrays = await arraysOf(join(digits, 'runs/sgd/step_00300.pt'));
  const [, second] = await writeShards(join(workspace, 'torch/checkpoint-300'), arrays);
  cpSync(join(workspace, 'torch/checkpoint-300'), join(workspace, 'torch/checkpoint-400'), { recursive: true });
  rmSync(join(workspace, 'torch/checkpoint-400', second!));
}
