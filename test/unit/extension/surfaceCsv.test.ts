import assert from 'node:assert/strict';
import { pathCsv, surfaceCsv } from '../../../extension/surfaceCsv.ts';
import { trajectory } from '../../fixtures/trajectories.ts';
import { surface } from './surfaces.ts';

describe('cells as comma-separated values', () => {
  it('have a line each, with what is missing and what is not finite', () => {
    const csv = surfaceCsv(surface({ loss: [[null, 0.0062, 'Infinity']], standardError: null }));
    assert.equal(
      csv,
      ['plane,x,y,loss,accuracy,standard_error', '1,-1,0,,,', '1,0,0,0.0062,0.99,', '1,1,0,Infinity,,', ''].join('\n'),
    );
  });

  it('have the planes one after the other', () => {
    const other = surface({ loss: [[1e-7, 2, 3]], accuracy: null });
    const lines = surfaceCsv(surface({ otherPlanes: [other] })).split('\n');
    assert.deepEqual(lines.slice(4), ['2,-1,0,1e-7,,', '2,0,0,2,,0.0011', '2,1,0,3,,', '']);
  });
});

describe('a path as comma-separated values', () => {
  it('has a line for each checkpoint, in the order of training', () => {
    const [first, ...others] = trajectory.path!;
    const lines = pathCsv({ ...trajectory, path: [{ ...first!, loss: 'NaN', projectedLoss: null }, ...others] }).split(
      '\n',
    );
    assert.equal(lines[0], 'checkpoint,digest,step,epoch,x,y,distance,loss,accuracy,projected_loss');
    assert.equal(lines.length, 1 + 13 + 1);
    const { checkpoint, step, x, y, distance, accuracy } = first!;
    assert.equal(lines[1], `${checkpoint.file},${checkpoint.digest},${step},,${x},${y},${distance},NaN,${accuracy},`);
  });
});
