import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OutsideError } from '../../../worker/errors.ts';
import { permittedPath, withinRoots } from '../../../worker/io/access.ts';
import { openFile } from '../../../worker/io/file.ts';

describe('which files may be opened', () => {
  let folder: string;
  let workspace: string;
  let scratch: string;

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'basin-access-')));
    workspace = join(folder, 'workspace');
    scratch = join(folder, 'scratch');
    for (const path of ['workspace/runs', 'scratch/runs/one', 'workspace-2']) {
      mkdirSync(join(folder, path), { recursive: true });
    }
    for (const path of ['workspace/runs/a.pt', 'scratch/runs/one/b.pt', 'scratch/c.pt', 'workspace-2/d.pt']) {
      writeFileSync(join(folder, path), path);
    }
    symlinkSync(join(scratch, 'runs'), join(workspace, 'linked'));
    symlinkSync(join(scratch, 'c.pt'), join(workspace, 'c.pt'));
    symlinkSync(workspace, join(folder, 'alias'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Permitted paths and folders to allow, relative to the test's folder. */
  const cases: readonly [
    name: string,
    roots: readonly string[],
    path: string,
    expected: { path: string } | { ask: string },
  ][] = [
    ['a file of the workspace', ['workspace'], 'workspace/runs/a.pt', { path: 'workspace/runs/a.pt' }],
    ['the same by another way', ['workspace'], 'workspace/runs/../runs/a.pt', { path: 'workspace/runs/a.pt' }],
    ['a workspace that is itself a link', ['alias'], 'alias/runs/a.pt', { path: 'workspace/runs/a.pt' }],
    ['a file in a linked folder', ['workspace'], 'workspace/linked/one/b.pt', { ask: 'scratch/runs' }],
    ['a linked folder in a linked workspace', ['alias'], 'alias/linked/one/b.pt', { ask: 'scratch/runs' }],
    ['a linked file', ['workspace'], 'workspace/c.pt', { ask: 'scratch' }],
    [
      'a linked folder once it is allowed',
      ['workspace', 'scratch/runs'],
      'workspace/linked/one/b.pt',
      { path: 'scratch/runs/one/b.pt' },
    ],
    ['a linked file beside what is allowed', ['workspace', 'scratch/runs'], 'workspace/c.pt', { ask: 'scratch' }],
    ['a file elsewhere', ['workspace'], 'scratch/runs/one/b.pt', { ask: 'scratch/runs/one' }],
    ['a folder whose name begins alike', ['workspace'], 'workspace-2/d.pt', { ask: 'workspace-2' }],
    ['no folder at all', [], 'workspace/runs/a.pt', { ask: 'workspace/runs' }],
  ];
  for (const [name, roots, path, expected] of cases) {
    it(name, async () => {
      const at = (relative: string): string => join(folder, relative);
      const opened = withinRoots(roots.map(at), async () => permittedPath(at(path)));
      if ('path' in expected) {
        assert.equal(await opened, at(expected.path));
      } else {
        await assert.rejects(opened, (error: unknown) => {
          assert.ok(error instanceof OutsideError);
          assert.equal(error.folder, at(expected.ask));
          assert.match(error.message, /^\w+\.pt: lies in .*; allow that folder to read it\.$/);
          return true;
        });
      }
    });
  }

  it('leaves the command line alone', async () => {
    const path = join(workspace, 'c.pt');
    assert.equal(await withinRoots(undefined, async () => permittedPath(path)), path);
  });

  it('holds for a file that is opened later, in the same request and no other', async () => {
    const link = join(workspace, 'c.pt');
    const inside = withinRoots([workspace], async () => {
      await new Promise(resolve => setImmediate(resolve));
      return openFile(link);
    });
    const outside = withinRoots([workspace, scratch], () => openFile(link));
    await assert.rejects(inside, { kind: 'outside' });
    await (await outside).close();
  });

  it('says that there is no such file where there is none', async () => {
    const missing = join(folder, 'nowhere', 'x.pt');
    await assert.rejects(
      withinRoots([workspace], () => openFile(missing)),
      { kind: 'input', message: /no such file/ },
    );
  });

  it('is asked by every file of the worker that opens others', () => {
    const worker = resolve('worker');
    const imports = /import \{[^}]*\b(open|openSync|readFile|readFileSync|createReadStream)\b[^}]*\} from 'node:fs/;
    const opening = readdirSync(worker, { recursive: true, encoding: 'utf8' })
      // An engine reads its own libraries and the system's, and nothing that a file or a request names; results lie where
      // the editor or the user's own command line says.
      .filter(
        file => file.endsWith('.ts') && !/^(engine|store)\b|^run.(runLog|claims)\.ts$|^io.replaceFile\.ts$/.test(file),
      )
      .map(file => ({ file, text: readFileSync(join(worker, file), 'utf8') }))
      .filter(({ text }) => imports.test(text));
    assert.ok(opening.length > 1);
    const unasked = opening.filter(({ text }) => !text.includes('permittedPath('));
    assert.deepEqual(
      unasked.map(({ file }) => file),
      [],
    );
  });
});
