import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { openCheckpoint } from '../checkpoint/open.ts';
import { BasinError, incompleteError, inputError, messageOf } from '../errors.ts';
import { type ModelFile, readModel } from '../graph/onnx/read.ts';
import type { ExternalData } from '../graph/onnx/tensors.ts';
import { permittedPath } from '../io/access.ts';
import type { Siblings } from '../model/match.ts';
import type { Project } from '../project.ts';
import type { Source } from '../results.ts';

/** Reads the model that a project names; weights in a second file beside it stay there until they are needed. */
export async function openModel(project: Project): Promise<{ model: ModelFile; source: Source }> {
  const path = resolve(project.directory, project.model);
  const bytes = await readFile(permittedPath(path)).catch(error => {
    throw inputError(`${project.file}: the model ${project.model} cannot be read (${messageOf(error)}).`, error);
  });
  const digest = createHash('sha256').update(bytes).digest('hex');
  const external = externalData(project.model, dirname(path));
  return { model: readModel(bytes, project.model, external), source: { file: project.model, digest } };
}

/** Reads ranges of files beside the model, and of no others: the names come from the model file. */
function externalData(model: string, folder: string): ExternalData {
  return (location, offset, length) => {
    if (location !== basename(location) || location === '..' || location === '') {
      throw inputError(
        `${model}: its weights are said to lie in ${location}; Basin reads files beside the model only.`,
      );
    }
    const path = permittedPath(join(folder, location));
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch (error) {
      throw inputError(`${model}: the file ${location} with its weights cannot be read (${messageOf(error)}).`, error);
    }
    try {
      const { size } = fstatSync(file);
      if (offset + length > size) {
        throw incompleteError(
          `${location}: it ends at byte ${size}, and ${model} has weights up to ${offset + length}; it is still being written, or was cut short: copy or export it again.`,
        );
      }
      const bytes = new Uint8Array(length);
      readSync(file, bytes, 0, length, offset);
      return bytes;
    } finally {
      closeSync(file);
    }
  };
}

/** As many files of a folder are looked at for the checkpoint the model was exported from. */
const SIBLINGS_MAX = 50;

/** The other readable checkpoints of a checkpoint's folder. */
export function siblingsOf(checkpoint: string): Siblings {
  return async function* () {
    const folder = dirname(checkpoint);
    const names = await readdir(folder).catch(() => []);
    const others = names.filter(name => name !== basename(checkpoint)).sort();
    for (const name of others.slice(0, SIBLINGS_MAX)) {
      const sibling = await openCheckpoint(join(folder, name)).catch(error => {
        // Whatever else lies in the folder is no checkpoint and no trouble.
        if (error instanceof BasinError) return null;
        throw error;
      });
      if (!sibling) continue;
      try {
        yield sibling;
      } finally {
        await sibling.close();
      }
    }
  };
}
