import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { forEachLine } from '../../../extension/lines.ts';

async function linesOf(chunks: readonly Uint8Array[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  forEachLine(stream, line => lines.push(line));
  const end = once(stream, 'end');
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await end;
  return lines;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('lines of a stream', () => {
  const cases: readonly [name: string, chunks: readonly string[], lines: readonly string[]][] = [
    ['nothing', [], []],
    ['one unfinished line', ['abc'], ['abc']],
    ['a finished line', ['abc\n'], ['abc']],
    ['a line in pieces', ['a', 'b', 'c\nd'], ['abc', 'd']],
    ['lines as Windows ends them', ['a\r\nb\r\n'], ['a', 'b']],
    ['empty lines', ['\n\na\n'], ['', '', 'a']],
    ['a line without end', ['x'.repeat(9000), 'y'], ['x'.repeat(4000), 'x'.repeat(4000), 'x'.repeat(1000), 'y']],
  ];
  for (const [name, chunks, lines] of cases) {
    it(name, async () => assert.deepEqual(await linesOf(chunks.map(bytes)), lines));
  }

  it('does not depend on where the stream is cut, not even within a character', async () => {
    const text = fc.array(fc.constantFrom('a', 'é', '漢', '😀', '\n'), { maxLength: 60 }).map(units => units.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (whole, size) => {
        const all = bytes(whole);
        const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
          all.subarray(index * size, (index + 1) * size),
        );
        assert.deepEqual(await linesOf(chunks), await linesOf([all]));
      }),
      { numRuns: 100 },
    );
  });
});
