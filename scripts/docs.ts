// npm run docs: writes the pages of docs/ that are made from code.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operatorsPage } from './operatorsPage.ts';

const folder = join(import.meta.dirname, '../docs');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'operators.md'), operatorsPage());
