import assert from 'node:assert/strict';
import { sep } from 'node:path';
import {
  checkpointGlob,
  type Folder,
  filesOfLabel,
  folderMarks,
  isBesideCheckpoint,
  mayHoldNetwork,
  titleOf,
} from '../../../extension/checkpointFiles.ts';

const demo: Folder = { name: 'demo', path: '/w/demo' };
const other: Folder = { name: 'other', path: '/w/other' };

describe('files that a label may stand for', () => {
  const cases: readonly [name: string, label: string, folders: readonly Folder[], files: readonly string[]][] = [
    ['in the only folder', 'runs/a.pt', [demo], ['/w/demo/runs/a.pt']],
    ['without a folder', 'runs/a.pt', [], []],
    ['outside of every folder', '/tmp/a.pt', [demo], ['/tmp/a.pt']],
    [
      'in one of two folders',
      'other/a.pt',
      [demo, other],
      ['/w/other/a.pt', '/w/demo/other/a.pt', '/w/other/other/a.pt'],
    ],
    ['in a subfolder called like its folder', 'demo/a.pt', [demo], ['/w/demo/demo/a.pt', '/w/demo/a.pt']],
  ];
  for (const [name, label, folders, files] of cases) {
    it(name, () =>
      assert.deepEqual(
        filesOfLabel(label, folders).map(file => file.replaceAll(sep, '/')),
        files,
      ),
    );
  }
});

describe('checkpoints that may hold their network', () => {
  const cases: readonly [path: string, expected: boolean][] = [
    ['runs/epoch_1.keras', true],
    ['runs/epoch_1.h5', true],
    ['runs/epoch_1.weights.h5', false],
    ['runs/epoch_1/model.json', true],
    ['runs/epoch_1/model.safetensors.index.json', false],
    ['model.onnx', true],
    ['runs/epoch_1.pt', false],
    ['runs/epoch_1', false],
  ];
  for (const [path, expected] of cases) it(path, () => assert.equal(mayHoldNetwork(path), expected));
});

describe('what is offered as a checkpoint', () => {
  const cases: readonly [path: string, beside: boolean][] = [
    ['/w/model-00001-of-00002.safetensors', true],
    ['/w/js/group1-shard1of1.bin', true],
    ['/w/checkpoint-20/optimizer.pt', true],
    ['/w/pytorch_model.bin', false],
    ['/w/epoch_1.pt', false],
  ];
  for (const [path, beside] of cases) {
    it(`${beside ? 'leaves out' : 'keeps'} ${path}`, () => assert.equal(isBesideCheckpoint(path), beside));
  }

  it('is named with its folder where all are called alike', () => {
    assert.equal(titleOf('/w/epoch_1/model.json').replaceAll(sep, '/'), 'epoch_1/model.json');
    assert.equal(titleOf('/w/checkpoint-20/model.safetensors').replaceAll(sep, '/'), 'checkpoint-20/model.safetensors');
    assert.equal(titleOf('/w/checkpoint-20'), 'checkpoint-20');
    assert.equal(titleOf('/w/epoch_1.keras'), 'epoch_1.keras');
  });

  it('is found by globs without braces in braces', () => {
    for (const glob of [checkpointGlob, folderMarks]) assert.equal(glob.match(/\{/g)?.length, 1, glob);
  });
});
