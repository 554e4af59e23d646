/**
 * Every state of a landscape panel in VS Code, in each theme, wide and narrow, to be looked at. Only on request, as it
 * takes minutes and judges nothing but that each state is reached: with BASIN_SCREENSHOTS set to a folder for the pictures.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Server } from '../../scripts/vscodeServer.mjs';
import { screenshot } from '../browser.ts';
import { wholeInterpolation } from '../fixtures/interpolations.ts';
import { panelStates } from '../fixtures/panelStates.ts';
import { button, computeGrid, reached, run, visualize } from './landscapes.ts';
import { descendantsRunning } from './processes.ts';
import { openSession } from './session.ts';
import { openFile, runCommand, themes, webviewOf } from './workbench.ts';

const sizes = { wide: { width: 1280, height: 900 }, narrow: { width: 760, height: 900 } } as const;

(process.env.BASIN_SCREENSHOTS ? describe : describe.skip)('every state of a panel', function () {
  this.timeout(900_000);
  const session = openSession({ name: 'tour', prepare });
  let server: Server;
  let page: Page;
  before(() => {
    ({ server, page } = session());
  });

  /** Pictures of what is in front. */
  async function look(name: string): Promise<void> {
    for (const [kind, theme] of Object.entries(themes)) {
      const settings = join(server.workspace, '.vscode', 'settings.json');
      mkdirSync(dirname(settings), { recursive: true });
      writeFileSync(settings, JSON.stringify({ 'workbench.colorTheme': theme }));
      await webviewOf(page).locator(`body[data-vscode-theme-kind="${kind}"]`).waitFor();
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        // Two frames: one to lay out, one to draw.
        await webviewOf(page)
          .locator('main')
          .evaluate(async () => {
            const next = (globalThis as unknown as { requestAnimationFrame(run: () => void): void })
              .requestAnimationFrame;
            await new Promise<void>(resolve => next(() => next(() => next(resolve))));
          });
        await screenshot(page, `tour-${name}-${kind}-${size}`);
      }
    }
    await page.setViewportSize({ width: 1400, height: 900 });
  }

  it('done', async () => {
    await visualize(page, 'epoch_024.pt');
    await reached(page, 'epoch_024.pt', 'done');
    await look('done');
    await webviewOf(page).locator('summary', { hasText: 'Computation' }).click();
    await look('form');
  });

  it('computing and cancelled', async () => {
    await visualize(page, 'epoch_022.pt');
    await reached(page, 'epoch_022.pt', 'done');
    await computeGrid(page, { Columns: '301', Rows: '301' });
    await reached(page, 'epoch_022.pt', 'computing');
    await look('computing');
    await button(page, 'Cancel').click();
    await reached(page, 'epoch_022.pt', 'cancelled');
    await look('cancelled');
  });

  it('stopped', async () => {
    await button(page, 'Resume').click();
    await reached(page, 'epoch_022.pt', 'computing');
    for (const worker of descendantsRunning(server.pid, 'dist/worker.js')) process.kill(worker, 'SIGKILL');
    await reached(page, 'epoch_022.pt', 'stopped');
    await look('stopped');
  });

  it('failed', async () => {
    await visualize(page, 'truncated.pt');
    await reached(page, 'truncated.pt', 'failed');
    await look('failed');
  });

  for (const name of ['failed-cells', 'several', 'broken', 'line']) {
    it(`result file: ${name}`, async () => {
      await openFile(page, `${name}.basin.json`);
      await webviewOf(page)
        .locator(`main[data-phase="${name === 'broken' ? 'failed' : 'done'}"]`)
        .waitFor();
      await look(`document-${name}`);
    });
  }

  it('restored', async () => {
    await runCommand(page, 'View: Close All Editors');
    await visualize(page, 'epoch_022.pt');
    await reached(page, 'epoch_022.pt', 'computing');
    await page.reload();
    await reached(page, 'epoch_022.pt', 'cancelled');
    await look('restored');
  });

  it('not set up', async () => {
    await runCommand(page, 'View: Close All Editors');
    rmSync(join(server.workspace, 'basin.json'));
    await visualize(page, 'epoch_018.pt');
    await reached(page, 'epoch_018.pt', 'failed');
    await look('empty');
  });
});

/** Checkpoints and result files that show what cannot be reached otherwise. */
function prepare(workspace: string): void {
  const checkpoint = readFileSync(join(workspace, run, 'epoch_024.pt'));
  writeFileSync(join(workspace, run, 'truncated.pt'), checkpoint.subarray(0, checkpoint.length / 2));
  for (const name of ['done', 'failed-cells', 'several'] as const) {
    writeFileSync(join(workspace, `${name}.basin.json`), JSON.stringify(panelStates[name].surface));
  }
  writeFileSync(join(workspace, 'line.basin.json'), JSON.stringify(wholeInterpolation));
  writeFileSync(join(workspace, 'broken.basin.json'), '{ "kind": "surface" }');
}
