import assert from 'node:assert/strict';
import { channelsFirst, channelsFirstShape, hasChannelsLast } from '../../../worker/data/layout.ts';
import { tensorFromNumbers } from '../../../worker/tensor.ts';

const count = (length: number) => Array.from({ length }, (_, index) => index);

describe('layouts', () => {
  it('move channels of images to the front', () => {
    // Pixel (row, column) of image i has channels 100i + 10·row + column, and 50 more.
    const shape = [2, 2, 3, 2];
    const at = (image: number, row: number, column: number, channel: number) =>
      100 * image + 10 * row + column + 50 * channel;
    const last = count(24).map(index =>
      at(Math.floor(index / 12), Math.floor(index / 6) % 2, Math.floor(index / 2) % 3, index % 2),
    );
    const first = count(24).map(index =>
      at(Math.floor(index / 12), Math.floor(index / 3) % 2, index % 3, Math.floor(index / 6) % 2),
    );
    const moved = channelsFirst(tensorFromNumbers(last, 'int64', shape));
    assert.deepEqual([moved.dtype, moved.shape, Array.from(moved.data, Number)], ['int64', [2, 2, 2, 3], first]);
  });

  it('move channels of volumes too', () => {
    const moved = channelsFirst(tensorFromNumbers(count(16), 'uint8', [1, 2, 2, 2, 2]));
    assert.deepEqual(moved.shape, [1, 2, 2, 2, 2]);
    assert.deepEqual([...moved.data], [0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15]);
    assert.deepEqual(channelsFirstShape([5, 6, 7, 3]), [3, 5, 6, 7]);
  });

  it('know vectors, sequences and grey images from images with channels', () => {
    const rows = [[], [3], [5, 3], [5, 5, 3], [5, 5, 5, 3]];
    assert.deepEqual(
      rows.map(row => hasChannelsLast('NHWC', row)),
      [false, false, false, true, true],
    );
    assert.ok(rows.every(row => !hasChannelsLast('NCHW', row)));
  });
});
