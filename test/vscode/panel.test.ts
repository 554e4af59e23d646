/** What a user does with a landscape panel, in VS Code with the package installed: choose, export, copy, close, reload. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import type { Server } from '../../scripts/vscodeServer.mjs';
import { readResultDocument } from '../../worker/resultDocument.ts';
import type { SurfaceResult } from '../../worker/results.ts';
import { screenshot } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { button, cancel, computeGrid, contourIn, reached, reload, run, says, visualize } from './landscapes.ts';
import { pictureIn } from './pictures.ts';
import { descendantsRunning } from './processes.ts';
import { keptIn, openSession, withSamples } from './session.ts';
import { accept, openFile, runCommand, webviewOf } from './workbench.ts';

const worker = 'dist/worker.js';

describe('a landscape panel', function () {
  this.timeout(900_000);
  const session = openSession({ name: 'panel', prepare: withSamples(200) });
  let server: Server;
  let page: Page;
  before(async () => {
    ({ server, page } = session());
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });

  const inRun = (name: string): string => join(server.workspace, run, name);

  /** Chooses a form in the palette's export, accepts the proposed name, and returns what `read` makes of the whole file. */
  async function exportAs<T>(label: string, name: string, read: (file: Buffer) => T): Promise<T> {
    await runCommand(page, 'Basin: Export Landscape');
    await page.locator('.quick-input-widget .monaco-list-row', { hasText: label }).first().click();
    await accept(page, page.locator('.quick-input-widget', { hasText: 'Export Landscape as' }));
    // Until it is written to its end, a file is not what it should be.
    return eventually(() => read(readFileSync(inRun(name))));
  }

  /** What the command line makes of a line, run as a terminal runs it: the document it writes. */
  function runLine(line: string): SurfaceResult {
    const [launcher] = keptIn(server, 'bin');
    assert.ok(launcher !== undefined, 'there is no command basin for the terminal');
    const cwd = mkdtempSync(join(tmpdir(), 'basin-line-'));
    try {
      const env = { ...process.env, PATH: `${dirname(launcher)}${delimiter}${process.env.PATH}` };
      execFileSync('sh', ['-c', line], { cwd, env, stdio: 'pipe' });
      const [file, ...others] = readdirSync(cwd);
      assert.ok(file !== undefined && others.length === 0);
      return surfaceIn(file, readFileSync(join(cwd, file), 'utf8'));
    } finally {
      rmSync(cwd, { recursive: true });
    }
  }

  it('computes with what is chosen, its cost stated before', async () => {
    await visualize(page, 'epoch_024.pt');
    await reached(page, 'epoch_024.pt', 'done');
    await webviewOf(page).locator('summary', { hasText: 'Computation' }).click();
    await webviewOf(page)
      .locator('.cost', { hasText: '60 s' })
      .or(webviewOf(page).locator('.cost', { hasText: 'min' }))
      .waitFor();
    await computeGrid(page, { Seed: '3', Planes: '2', Columns: '9', Rows: '7', Range: '0.5' });
    await webviewOf(page).locator('footer', { hasText: 'seed' }).waitFor();
    await webviewOf(page).locator('main[data-phase="done"]', { hasText: '9 × 7' }).waitFor();
    await screenshot(page, 'panel-planes');
  });

  it('exports what others can read', async () => {
    await exportAs('CSV', 'epoch_024.csv', file =>
      assert.equal(file.toString().trim().split('\n').length, 1 + 2 * 9 * 7),
    );
    await exportAs('SVG', 'epoch_024.svg', file => {
      assert.match(file.toString(), /^(<\?xml[^>]*>\s*)?<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      assert.match(file.toString(), /<path [\s\S]*<\/svg>\s*$/);
    });
    await exportAs('PNG', 'epoch_024.png', file => {
      assert.equal(file.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n');
      assert.ok(file.readUInt32BE(16) >= 1000, `${file.readUInt32BE(16)} pixels wide`);
    });
    const json = await exportAs('JSON', 'epoch_024.basin.json', file => surfaceIn('json', file.toString()));
    assert.deepEqual([json.x.length, json.y.length, json.otherPlanes?.length], [9, 7, 1]);
    // The end of a zip archive says where its parts are (APPNOTE, 4.3.16).
    await exportAs('Directions', 'epoch_024-directions-3.npz', file => assert.ok(file.includes('PK\x05\x06', -22)));
    const words = [inRun('epoch_024.pt'), '--plane', inRun('epoch_024-directions-3.npz'), '--grid 9x7 --range 0.5'];
    assert.deepEqual(runLine(`basin surface ${words.join(' ')} --out a.basin.json`).loss, json.loss);
  });

  it('copies the line that computes the same in a terminal', async () => {
    await runCommand(page, 'Basin: Copy Landscape as Command');
    await page.locator('.statusbar-item', { hasText: 'copied' }).waitFor();
    const line = await page.evaluate(() => (globalThis as unknown as PageGlobals).navigator.clipboard.readText());
    const file = readFileSync(inRun('epoch_024.basin.json'), 'utf8');
    assert.deepEqual(timeless(runLine(line)), timeless(surfaceIn('exported', file)));
  });

  it('shows an exported file again, and says what is wrong with another', async () => {
    const hostile = { ...JSON.parse(readFileSync(inRun('epoch_024.basin.json'), 'utf8')), x: [1, 0] };
    writeFileSync(inRun('hostile.basin.json'), JSON.stringify(hostile));
    await openFile(page, `${run}/epoch_024.basin.json`);
    await webviewOf(page).locator('main[data-phase="done"]', { hasText: 'Result file' }).waitFor();
    await pictureIn(contourIn(page, 'epoch_024'));
    assert.equal(await button(page, 'Compute').isVisible(), false);
    await screenshot(page, 'panel-document');
    await openFile(page, `${run}/hostile.basin.json`);
    await webviewOf(page).locator('main[data-phase="failed"]').waitFor();
    await says(page, /^hostile\.basin\.json: "x" does not rise/);
    await screenshot(page, 'panel-hostile');
    writeFileSync(inRun('hostile.basin.json'), readFileSync(inRun('epoch_024.basin.json')));
    await webviewOf(page).locator('main[data-phase="done"]').waitFor();
  });

  it('has no serious finding of axe-core inside its webview', async () => {
    await visualize(page, 'epoch_024.pt');
    await reached(page, 'epoch_024.pt', 'done');
    const main = webviewOf(page).locator('main');
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    // A function is evaluated past the page's content policy, and a script element would not be.
    await main.evaluate(new Function(axe) as () => void);
    const { violations } = await main.evaluate(
      (_, options) => (globalThis as unknown as PageGlobals).axe.run(options),
      { resultTypes: ['violations'] } satisfies RunOptions,
    );
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(
      serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      [],
    );
  });

  it('loses nothing and leaves nothing running, one of two closed and the window reloaded in mid-grid', async () => {
    await runCommand(page, 'View: Close All Editors');
    const grid = { Seed: '5', Columns: '301', Rows: '301' };
    for (const file of ['epoch_022.pt', 'epoch_020.pt']) {
      await visualize(page, file);
      await pictureIn(contourIn(page, file));
      await cancel(page, file);
      await computeGrid(page, grid);
      await reached(page, file, 'computing');
    }
    const before = await eventually(() => {
      const [one, ...others] = descendantsRunning(server.pid, worker);
      assert.ok(one !== undefined && others.length === 0, 'two panels share one worker');
      return one;
    });
    const closed = page.locator('.tab', { hasText: 'epoch_020.pt' });
    await closed.click({ button: 'middle' });
    await closed.waitFor({ state: 'detached' });
    const isKept = ({ cells, total }: { cells: number; total: number }): boolean => total === 301 ** 2 && cells > 0;
    await eventually(() => {
      const keys = [...keptCells()].filter(([, cells]) => isKept(cells)).map(([path]) => basename(path, '.json'));
      assert.equal(keys.length, 2);
      const remembered = new Set(keptIn(server, 'landscapes').map(keyIn));
      assert.ok(keys.every(key => remembered.has(key)));
    });

    await reload(page, 'epoch_022.pt');
    await reached(page, 'epoch_022.pt', 'cancelled');
    await says(page, /reloaded in mid-grid/);
    await pictureIn(contourIn(page, 'epoch_022.pt'));
    await screenshot(page, 'panel-restored');
    // The new window may have started a worker of its own, to list the runs.
    await eventually(() => assert.ok(!descendantsRunning(server.pid, worker).includes(before)), 180);

    const shown = await eventually(cellsShown);
    await button(page, 'Resume').click();
    await reached(page, 'epoch_022.pt', 'computing');
    await eventually(async () => assert.ok((await cellsShown()) >= shown));
    await button(page, 'Cancel').click();
    await reached(page, 'epoch_022.pt', 'cancelled');
  });

  /** The surfaces that are kept: how many cells each has, and of how many. */
  function keptCells(): ReadonlyMap<string, { readonly cells: number; readonly total: number }> {
    return new Map(
      keptIn(server, 'results')
        .filter(path => path.endsWith('.json'))
        .map(path => {
          const { cells, result } = JSON.parse(readFileSync(path, 'utf8')) as { cells: number; result: SurfaceResult };
          return [path, { cells, total: result.x.length * result.y.length }];
        }),
    );
  }

  /** How many cells the panel in front says it has. */
  async function cellsShown(): Promise<number> {
    const text = (await webviewOf(page).locator('.status').textContent()) ?? '';
    const cells = /([\d,]+) of/.exec(text)?.[1];
    assert.ok(cells !== undefined, `"${text}" tells no cells`);
    return Number(cells.replaceAll(',', ''));
  }
});

/** The surface that a file holds. */
function surfaceIn(name: string, content: string): SurfaceResult {
  const result = readResultDocument(name, content);
  assert.ok(result.kind === 'surface');
  return result;
}

/** What the functions evaluated in the page use of it. */
interface PageGlobals {
  readonly navigator: { readonly clipboard: { readText(): Promise<string> } };
  readonly axe: { run(options: RunOptions): Promise<AxeResults> };
}

/** A document less what the clock changes. */
function timeless({ provenance, budget: _, ...rest }: SurfaceResult): unknown {
  const { time: __, seconds: ___, threads: ____, ...same } = provenance;
  return { ...rest, provenance: same };
}

/** Under which key what is remembered of a landscape says that its surface is kept. */
const keyIn = (file: string): string | undefined =>
  (JSON.parse(readFileSync(file, 'utf8')) as { readonly key?: string }).key;
