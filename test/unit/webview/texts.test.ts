import assert from 'node:assert/strict';
import type { PanelState } from '../../../webview/messages.ts';
import { caption } from '../../../webview/view/caption.ts';
import { numberGroups } from '../../../webview/view/numbers.ts';
import { actionLabel, statusView } from '../../../webview/view/status.ts';
import type { SurfaceResult } from '../../../worker/results.ts';
import { panelStates, severalPlanes, surface, withLoss } from '../../fixtures/panelStates.ts';

describe('caption', () => {
  const real = surface();
  const check = (name: string, of: SurfaceResult, expected: string): void => {
    it(name, () => assert.equal(caption(of).what, expected));
  };
  const start = 'Mean cross-entropy of runs/batch-32/epoch_024.pt in model.onnx, train split of train.npz,';
  check(
    'names everything',
    real,
    `${start} rows 0 to 1,023, BatchNorm statistics held, along two random directions of seed 0, filter-normalized, weights only.`,
  );
  check(
    'says when the rows were drawn',
    { ...real, provenance: { ...real.provenance, samples: 256, seed: 7 } },
    `${start} 256 of rows 0 to 1,023, seed 7, BatchNorm statistics held, along two random directions of seed 0, filter-normalized, weights only.`,
  );
  check(
    'names a directions file',
    { ...real, plane: { ...real.plane, kind: 'file', file: 'd.npz', normalization: 'as given', perturb: 'as given' } },
    `${start} rows 0 to 1,023, BatchNorm statistics held, along the two directions of d.npz, taken as given.`,
  );
  check(
    'counts planes',
    severalPlanes(),
    `${start} rows 0 to 1,023, BatchNorm statistics held, along two random directions in each of 3 planes, of seeds 0 to 2, filter-normalized, weights only.`,
  );
  it('tells what it was computed by, and keeps the notes', () => {
    const { how, notes } = caption(real);
    assert.match(how, /^Computed by onnxruntime on cpu, 2 threads, float32; 12 s, begun .* 2026, \d\d:\d\d\.$/);
    assert.deepEqual(notes, real.provenance.notes);
  });
});

describe('numberGroups', () => {
  const check = (
    name: string,
    of: SurfaceResult,
    label: string,
    expected: readonly (string | undefined)[] | null,
  ): void => {
    it(name, () => {
      const row = numberGroups(of)
        .flatMap(({ rows }) => rows)
        .find(candidate => candidate.label === label);
      assert.deepEqual(row ? [row.value, row.note] : null, expected);
    });
  };
  const real = surface();
  check('gives the loss with its error', real, 'Loss', ['0.00616 ± 0.00057', '± standard error']);
  check('gives the highest loss and its place', real, 'Highest loss', ['101', 'at x −1, y 1']);
  check('gives norms relative to the parameters’', real, 'Norm of x', ['10.0', '0.825 × ‖θ‖']);
  const eigen = { value: 12.345, residual: 0.021, converged: true };
  check(
    'gives eigenvalues with their residuals',
    { ...real, plane: { ...real.plane, eigenvalues: [eigen, { ...eigen, value: 3, converged: false }] } },
    'λ of y',
    ['3.000 ± 0.021', '± residual, not converged'],
  );
  check('counts planes', severalPlanes(), 'Planes', ['3', 'mean and deviation are of their losses']);
  check('counts no failures where there are none', real, 'Not finite', null);
  check('counts failures', panelStates['failed-cells'].surface!, 'Not finite', ['75', 'NaN or infinite, hatched']);
  check('gives one number for a single row', { ...real, y: [0] }, 'Range', ['x −1 to 1', 'y 0']);
  check('counts cells while they come', panelStates.finer.surface!, 'Computed', ['462 of 2,601', undefined]);
  check(
    'has no accuracy where there is none',
    { ...real, origin: { ...real.origin, accuracy: null } },
    'Accuracy',
    null,
  );
  check(
    'has no extremes where nothing is finite',
    withLoss(real, () => 'NaN'),
    'Lowest loss',
    null,
  );
});

describe('statusView', () => {
  const check = (
    name: string,
    state: PanelState,
    headline: string,
    detail: string,
    actions: readonly string[],
  ): void => {
    it(name, () => {
      const view = statusView(state);
      assert.deepEqual([view.headline, view.detail, view.actions], [headline, detail, actions]);
    });
  };
  check('starting', panelStates.starting, 'Loading model and data…', '', ['cancel']);
  check('computing', panelStates.finer, 'Computing…', '462 of 2,601 cells, about 11 s left', ['cancel']);
  check(
    'computing without an estimate',
    { ...panelStates.finer, progress: { done: 1, total: 9, elapsedSeconds: 1, remainingSeconds: null } },
    'Computing…',
    '1 of 9 cells',
    ['cancel'],
  );
  check('done', panelStates.done, 'Done', 'in 12 s', []);
  const finer = { columns: 31, rows: 31, seconds: 245 };
  const coarse: PanelState = { ...panelStates.done, surface: { ...surface(), budget: { seconds: 60, finer } } };
  check('done within a budget', coarse, 'Done', 'in 12 s', ['refine']);
  it('says what the finer grid costs', () => {
    assert.equal(actionLabel('refine', coarse), 'Refine to 31×31 (about 4 min 5 s)');
  });
  const noFiner: PanelState = { ...coarse, surface: { ...surface(), budget: { seconds: 60, finer: null } } };
  check('done with the finest grid within a budget', noFiner, 'Done', 'in 12 s', []);
  check('resumable', panelStates.resumable, 'Stopped', 'after 462 of 2,601 cells', ['resume', 'retry', 'showLog']);
  check('restored', panelStates.restored, 'Cancelled', 'after 1,512 of 2,601 cells', ['resume', 'retry']);
  it('calls a retry what it is where there is something to go on with', () => {
    assert.equal(actionLabel('retry', panelStates.resumable), 'Start Over');
    assert.equal(actionLabel('retry', panelStates.stopped), 'Retry');
  });
  check('a result file', panelStates.document, 'Result file,', 'read-only', []);
  const part = { ...panelStates.document, surface: panelStates.finer.surface! };
  check(
    'a result file that was saved early',
    part,
    'Result file,',
    'read-only, saved before its grid was complete',
    [],
  );
  it('says why a result file cannot be shown', () => {
    assert.equal(
      statusView({ checkpoint: 'a', document: 'a.json', phase: 'failed' }).message,
      'a.json could not be shown.',
    );
  });
  check('without basin.json', { ...panelStates.failed, remedy: 'setUp' }, 'Not Set Up Yet', '', ['setUp', 'retry']);
  check('cancelled', panelStates.cancelled, 'Cancelled', 'after 1,512 of 2,601 cells', ['retry']);
  check('failed', panelStates.failed, 'Failed', '', ['retry', 'showLog']);
  check('stopped', panelStates.stopped, 'Stopped', 'after 462 of 2,601 cells', ['retry', 'showLog']);
  it('has a message for a failure that brought none', () => {
    assert.match(statusView({ checkpoint: 'a.pt', phase: 'failed' }).message ?? '', /log/);
  });
});
