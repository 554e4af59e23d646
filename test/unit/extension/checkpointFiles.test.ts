import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { type Folder, filesOfLabel } from '../../../extension/checkpointFiles.ts';

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
