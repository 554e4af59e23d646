import { StringDecoder } from 'node:string_decoder';

/** A line longer than this is passed on in pieces: a process that never ends its line must not fill our memory. */
const maxLineLength = 4000;

/** Calls `onLine` with each line of a stream, the unfinished last one included, without its line break. */
export function forEachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) emit(line);
    if (rest.length > maxLineLength) {
      emit(rest);
      rest = '';
    }
  };
  const emit = (line: string): void => {
    onLine(line.slice(0, maxLineLength));
    for (let start = maxLineLength; start < line.length; start += maxLineLength) {
      onLine(line.slice(start, start + maxLineLength));
    }
  };
  stream.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
  stream.on('end', () => {
    take(decoder.end());
    if (rest !== '') emit(rest);
    rest = '';
  });
}
