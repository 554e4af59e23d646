import assert from 'node:assert/strict';
import { checkpointNode, checkpointNodes, fileOf, folderOf, idOf } from '../../../../extension/runs/runNodes.ts';
import { checkpointOf, runOf, runProvenance } from '../../../fixtures/runListings.ts';

const stateOf = (...checkpoints: Parameters<typeof runOf>[1]) => ({
  folder: '/w/a',
  label: 'a',
  result: runOf('a', checkpoints),
});

describe('the rows of runs', () => {
  it('are in the order of the run, with the path of each file', () => {
    const nodes = checkpointNodes(stateOf(checkpointOf(1), checkpointOf(2)));
    assert.deepEqual(
      nodes.map(node => node.kind === 'checkpoint' && node.path),
      ['/w/a/epoch_001.pt', '/w/a/epoch_002.pt'],
    );
  });

  it('leave out the first of too many, and say how many', () => {
    const state = stateOf(checkpointOf(1), checkpointOf(2), checkpointOf(3), checkpointOf(4));
    const nodes = checkpointNodes(state, checkpointNode, 2);
    assert.deepEqual(
      nodes.map(node => (node.kind === 'checkpoint' ? node.checkpoint.epoch : node.kind === 'rest' && node.count)),
      [2, 3, 4],
    );
  });

  it('are told apart, also those of a file that was written over, and known again when a state changes', () => {
    const old = { file: 'last.pt', present: false } as const;
    const digest = (digest: string) => ({ ...runProvenance, checkpoint: { file: 'last.pt', digest } });
    const ids = checkpointNodes(
      stateOf(
        checkpointOf(1, 'measured', { ...old, provenance: digest('a') }),
        checkpointOf(2, 'measured', { ...old, provenance: digest('b') }),
        checkpointOf(3, 'unmeasured', { file: 'last.pt' }),
        checkpointOf(4),
      ),
    ).map(idOf);
    assert.equal(new Set(ids).size, 4);
    const later = checkpointNodes(stateOf(checkpointOf(3, 'measured', { file: 'last.pt', measures: [] }))).map(idOf);
    assert.equal(later[0], ids[2]);
  });
});

describe('what a command is given', () => {
  const [there, gone] = checkpointNodes(stateOf(checkpointOf(1), checkpointOf(2, 'measured', { present: false })));
  const cases: readonly [what: string, given: unknown, folder: string | undefined, file: string | undefined][] = [
    ['nothing', undefined, undefined, undefined],
    ['a path', '/w/a', '/w/a', undefined],
    ['a URI', { fsPath: '/w/a/b.pt' }, '/w/a/b.pt', '/w/a/b.pt'],
    ['the row of a run', { kind: 'run', folder: '/w/a' }, '/w/a', undefined],
    ['the row of a checkpoint', there, '/w/a', '/w/a/epoch_001.pt'],
    ['the row of one that is gone', gone, '/w/a', undefined],
    ['something else', 7, undefined, undefined],
  ];
  for (const [what, given, folder, file] of cases) {
    it(what, () => assert.deepEqual([folderOf(given), fileOf(given)], [folder, file]));
  }
});
