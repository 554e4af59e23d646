import { listArrays } from '../data/list.ts';
import type { DataArray } from '../protocol.ts';

/** Lists the arrays of a data file, so that one can be chosen for basin.json. */
export async function arrays(file: string): Promise<readonly DataArray[]> {
  return (await listArrays(file)).map(({ suffix, dtype, shape }) => ({ suffix, dtype, shape }));
}
