/** Planes that are made of checkpoints, in a browser. */
import assert from 'node:assert/strict';
import type { SurfaceOptions } from '../../webview/messages.ts';
import { eventually } from '../eventually.ts';
import { panelStates } from '../fixtures/panelStates.ts';
import { trajectory, trajectoryStates } from '../fixtures/trajectories.ts';
import type { LandscapeTalk, OpenPage } from './harness.ts';
import { checkLooks, keepPicture } from './looks.ts';
import { contour, drawnPicture, hasPosted, lastPosted, narrow, pageSuite } from './pageSuite.ts';

type Name = keyof typeof trajectoryStates;

const slider = ({ page }: OpenPage) => page.getByRole('slider', { name: 'Checkpoint' });

/** Waits until what is pointed at reads so. */
const reads = ({ page }: OpenPage, text: RegExp): Promise<void> =>
  eventually(async () => assert.match((await page.locator('.readings').textContent())!, text));

pageSuite('planes made of checkpoints', check => {
  describe('the checkpoints of a path', () => {
    check('are stepped along by keys, and read out', async open => {
      const { page, show } = open;
      await show(trajectoryStates.trajectory);
      await slider(open).focus();
      await page.keyboard.press('Home');
      await reads(open, /checkpoint epoch_000\.pt.*step 0.*own loss 2\.33.*out of the plane 0\.300/);
      const spoken = page.locator('.readout [aria-live]');
      await eventually(async () => assert.match((await spoken.textContent())!, /^checkpoint epoch_000\.pt, step 0/));
      await page.keyboard.press('ArrowRight');
      await reads(open, /checkpoint epoch_002\.pt/);
      await eventually(async () =>
        assert.equal(await slider(open).getAttribute('aria-valuetext'), 'epoch_002.pt, 2 of 13'),
      );
      await page.locator('.checkpoint-cursor').waitFor();
    });
    check('are read where the pointer meets their marks, and cells elsewhere', async open => {
      const { page, show } = open;
      await show(trajectoryStates.trajectory);
      await slider(open).press('Home');
      const ring = (await page.locator('.checkpoint-cursor').boundingBox())!;
      await page.mouse.move(ring.x + ring.width / 2 - 60, ring.y + ring.height / 2 + 40);
      await reads(open, /^x .*loss/);
      await page.locator('.checkpoint-cursor').waitFor({ state: 'hidden' });
      await page.mouse.move(ring.x + ring.width / 2, ring.y + ring.height / 2);
      await reads(open, /^checkpoint epoch_000\.pt/);
      await eventually(async () => assert.equal(await slider(open).inputValue(), '0'));
    });
    check('are a table', async open => {
      const { page, show } = open;
      await show(trajectoryStates.trajectory);
      await page.locator('.path details summary', { hasText: 'The Checkpoints as Text' }).press('Enter');
      const rows = page.locator('.path table tbody tr');
      await eventually(async () => assert.equal(await rows.count(), 13));
      await eventually(async () => assert.match((await rows.first().textContent())!, /^epoch_000\.pt02\.33000/));
    });
    check('are set beside a random walk', async ({ page, show }) => {
      await show(trajectoryStates.trajectory);
      await page
        .getByText(/A pure random walk of as many steps .* would show 61\.3% and 15\.5%/)
        .first()
        .waitFor();
      await show(trajectoryStates.three);
      await page.getByRole('heading', { name: 'Explained Variance' }).waitFor({ state: 'hidden' });
      await page.getByText(/^A batch-32\/epoch_024\.pt · B batch-1024/).waitFor();
    });
    check('belong to their plane alone', async open => {
      await open.show(trajectoryStates.trajectory);
      await slider(open).press('Home');
      await open.show(panelStates.done);
      await open.page.locator('.path').waitFor({ state: 'hidden' });
      await open.page.locator('.checkpoint-cursor').waitFor({ state: 'hidden' });
    });
    check(
      'fit a narrow panel',
      async ({ page, show }) => {
        for (const name of ['trajectory', 'three'] as const) {
          await show(trajectoryStates[name]);
          const [inner, whole] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth]);
          assert.equal(whole, inner, name);
        }
      },
      { size: narrow },
    );
  });

  describe('the other statistics', () => {
    check('are a button away', async open => {
      const { page, show } = open;
      await show(trajectoryStates.trajectory);
      await page.getByRole('button', { name: 'Recompute Statistics' }).click();
      const options = trajectoryStates.trajectory.options as SurfaceOptions;
      await lastPosted(open, { type: 'compute', options: { ...options, statistics: 'recomputed' } });
      await show(trajectoryStates.recomputed);
      await page.getByRole('button', { name: 'Hold Statistics' }).click();
      await lastPosted(open, { type: 'compute', options });
    });
    check('are chosen in the form, which says what they mean', async open => {
      const { page, show } = open;
      await show(trajectoryStates.trajectory);
      await page.locator('.computation summary').press('Enter');
      await page.getByText(/Far from it, as at the other checkpoints, they no longer fit/).waitFor();
      await page.getByRole('textbox', { name: 'Checkpoints’ Box ×' }).waitFor();
      await page.getByRole('textbox', { name: 'Range ±' }).waitFor({ state: 'hidden' });
      await page.getByRole('combobox', { name: 'Statistics' }).click();
      await page.getByRole('option', { name: 'Recomputed' }).click();
      await page.getByText(/It costs more than holding/).waitFor();
    });
    check('are not offered where a network has none', async ({ page, show }) => {
      const mode = { batchNorm: 'none', dropout: 'off' } as const;
      const without = { ...trajectory, provenance: { ...trajectory.provenance, mode } };
      await show({ ...trajectoryStates.trajectory, surface: without });
      await page.locator('.computation summary').press('Enter');
      await page.getByRole('combobox', { name: 'Plane', exact: true }).waitFor();
      await page.getByRole('combobox', { name: 'Statistics' }).waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Recompute Statistics' }).waitFor({ state: 'detached' });
    });
  });

  describe('a plane through three checkpoints', () => {
    check('takes up the two others that were chosen', async open => {
      const { page, show, send } = open;
      await show(panelStates.done);
      await page.locator('.computation summary').press('Enter');
      await page.getByRole('combobox', { name: 'Plane', exact: true }).click();
      await page.getByRole('option', { name: 'Through Three Checkpoints' }).click();
      await page.getByText('Choose the two other checkpoints of the plane.').waitFor();
      await page.getByRole('button', { name: 'Choose Two Others…' }).click();
      await lastPosted(open, { type: 'chooseThrough' });
      await send({ type: 'through', files: ['/w/b.pt', '/w/c.pt'] });
      await page.getByText('b.pt and c.pt', { exact: true }).waitFor();
      const options = panelStates.done.options as SurfaceOptions;
      const plane = { kind: 'three', through: ['/w/b.pt', '/w/c.pt'] } as const;
      await hasPosted(open, { type: 'estimate', options: { ...options, plane } });
      await page.getByRole('button', { name: 'Compute', exact: true }).click();
      await lastPosted(open, { type: 'compute', options: { ...options, plane } });
    });
  });

  describe('exports', () => {
    check('have the path', async open => {
      const { page, show, send } = open;
      await show(trajectoryStates.trajectory);
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'Path as CSV…' }).click();
      await lastPosted(open, { type: 'export', kind: 'path' });
      await send({ type: 'draw', kind: 'svg' });
      const svg = (await drawnPicture(open)) as string;
      keepPicture('path-contour.svg', svg);
      assert.match(svg, /<title>path of 13 checkpoints<\/title>/);
      assert.match(svg, /PC 1 \(68\.1%\)/);
    });
    check('of the surface have its marks', async open => {
      const { page, show, send } = open;
      await show(trajectoryStates.three);
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'Surface as SVG…' }).click();
      await send({ type: 'draw', kind: 'svg' });
      const svg = (await drawnPicture(open)) as string;
      keepPicture('path-surface.svg', svg);
      assert.equal(svg.match(/<circle fill="#fff"/g)?.length, 2);
    });
  });

  checkLooks<LandscapeTalk, Name>(check, {
    title: 'path',
    names: Object.keys(trajectoryStates) as Name[],
    accessible: ['trajectory', 'three'],
    bringUp: async (open, name) => {
      await open.show(trajectoryStates[name]);
      await slider(open).waitFor();
      await open.page.locator(`${contour} canvas`).waitFor();
    },
  });
});
