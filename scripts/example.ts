// npm run example [-- train|tables|pictures]: trains the networks of docs/batch-size.md, prints its tables and draws its
// pictures; or one of these. What it does goes to stderr, the tables to stdout.
import { join } from 'node:path';
import { MOMENTS, runExperiment } from './batchSize/experiment.ts';
import { drawPictures } from './batchSize/pictures.ts';
import { runQuantities, scaledQuantities, surfaceQuantities } from './batchSize/quantities.ts';
import { differenceTable, groupTable, lineTable } from './batchSize/tables.ts';

const ROOT = join(import.meta.dirname, '..');
const terminal = { folder: join(ROOT, 'out/batch-size'), log: console.error };

async function printTables(): Promise<void> {
  for (const moment of MOMENTS) {
    const quantities = [
      ...(await runQuantities(terminal, moment)),
      ...(await scaledQuantities(terminal, moment)),
      ...(await surfaceQuantities(terminal, moment)),
    ];
    const tables = [groupTable(quantities), differenceTable(quantities), await lineTable(terminal, moment)];
    console.log([`## ${moment}`, ...tables.map(lines => lines.join('\n')), ''].join('\n\n'));
  }
}

const STAGES: Readonly<Record<string, () => Promise<void>>> = {
  train: () => runExperiment(terminal, new AbortController().signal),
  tables: printTables,
  pictures: () => drawPictures(terminal, join(ROOT, 'docs')),
};

const [wanted] = process.argv.slice(2);
if (wanted !== undefined && !(wanted in STAGES)) {
  console.error(`npm run example takes ${Object.keys(STAGES).join(', ')} or nothing, not ${wanted}.`);
  process.exit(2);
}
for (const [name, run] of Object.entries(STAGES)) {
  if (wanted === undefined || wanted === name) await run();
}
