import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BatchKind, exportCode, exportSnippet } from '../../../extension/exportSnippet.ts';
import { Engines } from '../../../worker/commands/context.ts';
import { loss } from '../../../worker/commands/loss.ts';

const names = { model: 'model', loader: 'train_loader', folder: '.' };
const fixtures = 'test/fixtures/export';

/** What VS Code inserts for a snippet whose stops are left as they are. */
const inserted = (snippet: string): string =>
  snippet
    .replace(/\$\{\d+\|([^,]*),[^}]*\|\}/g, '$1')
    .replace(/\$\{\d+:((?:[^\\}]|\\.)*)\}/g, '$1')
    .replace('$0', '')
    .replace(/\\(.)/g, '$1');

describe('the export snippet', () => {
  it('is what the readme shows', () => {
    const [, shown] = /```python\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    assert.equal(shown, exportCode('pairs', names));
  });

  for (const kind of ['pairs', 'dictionaries'] satisfies BatchKind[]) {
    it(`inserts the same lines for ${kind}, with a stop for each name`, () => {
      const snippet = exportSnippet(kind, names);
      assert.equal(inserted(snippet), exportCode(kind, names));
      const stops = [...snippet.matchAll(/\$\{[123]:([^}]*)\}/g)].map(([, name]) => name);
      assert.deepEqual(stops, Object.values(names));
    });

    it(`keeps the lines for ${kind} within the width of a page`, () => {
      const long = exportCode(kind, names)
        .split('\n')
        .filter(line => line.length > 120);
      assert.deepEqual(long, []);
    });
  }

  // Written by make_fixtures.py, which runs the snippet in PyTorch.
  const reference = JSON.parse(readFileSync(join(fixtures, 'reference.json'), 'utf8')) as {
    readonly losses: Readonly<Record<string, number>>;
  };
  const engines = new Engines();
  after(() => engines.dispose());
  for (const [name, expected] of Object.entries(reference.losses)) {
    it(`gives files with which the loss of the ${name} is PyTorch's`, async () => {
      const context = { engines, signal: new AbortController().signal };
      const { loss: found } = await loss({ checkpoint: join(fixtures, name, 'checkpoint.pt') }, context);
      assert.ok(
        typeof found === 'number' && Math.abs(found - expected) <= 1e-5 * expected,
        `${found}, not ${expected}`,
      );
    });
  }
});
