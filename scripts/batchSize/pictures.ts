/** The pictures of docs/batch-size.md, as the comparison panel exports them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { interpolationPaper } from '../../webview/interpolation/paper.ts';
import { paperTheme } from '../../webview/picture/paper.ts';
import { toSvg } from '../../webview/picture/svg.ts';
import type { Terminal } from './basin.ts';
import { MOMENTS } from './experiment.ts';
import { endsOf, lineBetween } from './lines.ts';

/** Draws the line between the first seed's two networks without weight decay, at each moment, into a folder. */
export async function drawPictures(terminal: Terminal, folder: string): Promise<void> {
  for (const moment of MOMENTS) {
    const ends = endsOf(moment, '', 1);
    const picture = interpolationPaper(await lineBetween(terminal, ends), ends, 'log');
    if (picture === null) throw new Error(`nothing is known of the line from ${ends[0]} to ${ends[1]}`);
    const title = `Loss and accuracy from ${ends[0]} to ${ends[1]}`;
    const svg = toSvg(picture, paperTheme, { title, description: title });
    await writeFile(join(folder, `batch-size-${moment}.svg`), svg);
  }
}
