import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Architecture, Checkpoint } from '../checkpoint/checkpoint.ts';
import { ONNX } from '../checkpoint/onnx.ts';
import { openCheckpoint } from '../checkpoint/open.ts';
import { BasinError, incompleteError, inputError, messageOf } from '../errors.ts';
import { type ModelFile, readModel } from '../graph/onnx/read.ts';
import type { ExternalData } from '../graph/onnx/tensors.ts';
import { permittedPath } from '../io/access.ts';
import { type LayersSource, readLayers } from '../model/layers/read.ts';
import type { Siblings } from '../model/match.ts';
import type { LossSettings } from '../objective/loss.ts';
import { nameInProject, type Project } from '../project.ts';
import type { OwnModel, Source } from '../results.ts';

/** A model, the file it is from, and the loss it is measured by. */
export interface OpenedModel {
  readonly model: ModelFile;
  readonly source: Source;
  readonly loss: LossSettings;
}

/**
 * Reads the model that a project names, or else the one that the checkpoint brings along.
 * Throws `input` where there is neither, or something in it has no rule.
 */
export async function openModel(project: Project, checkpoint: Checkpoint): Promise<OpenedModel> {
  if (project.model !== null) return { ...(await openNamedModel(project, project.model)), loss: project.loss };
  const { architecture, tensors, file } = checkpoint;
  if (checkpoint.format === ONNX && file !== undefined) {
    return { ...(await openNamedModel(project, nameInProject(project, file))), loss: project.loss };
  }
  if (!architecture) {
    throw inputError(
      `${project.file}: lacks "model", and ${checkpoint.name} (${checkpoint.format}) says nothing of its network; ${remedyOf(checkpoint)}.`,
    );
  }
  const source = await layersOf(architecture, tensors);
  const digest = createHash('sha256').update(JSON.stringify(source.model)).digest('hex');
  const opened = readLayers(source, project.namesLoss ? project.loss : null);
  return { ...opened, source: { file: source.name, digest } };
}

/** Formats whose writers can keep the network beside the parameters. */
const MAY_HOLD_LAYERS = /^(Keras|TensorFlow\.js)/;

const remedyOf = ({ format }: Checkpoint): string =>
  MAY_HOLD_LAYERS.test(format)
    ? 'save the whole model with model.save, or export it to ONNX and name that file as "model"'
    : 'export the model to ONNX and name the file';

async function layersOf(architecture: Architecture, tensors: Checkpoint['tensors']): Promise<LayersSource> {
  const { name, format } = architecture;
  if (format !== 'layers') {
    throw inputError(`${name}: Basin does not read graphs of TensorFlow; name an ONNX file as "model" in basin.json.`);
  }
  return { ...(await architecture.read()), name, tensors };
}

/** The network that a checkpoint holds itself; undefined where it holds none, or one that Basin cannot read. */
export async function ownModelOf({ architecture, format, tensors, file }: Checkpoint): Promise<OwnModel | undefined> {
  if (format === ONNX && file !== undefined) return { format: 'ONNX' };
  if (!architecture) return undefined;
  const readWith = async (asked: LossSettings | null) =>
    orUndefined(async () => readLayers(await layersOf(architecture, tensors), asked));
  const compiled = await readWith(null);
  if (compiled) return { format: 'layers', loss: compiled.loss.kind };
  // Of any loss that is named the layers are the same.
  return (await readWith({ kind: 'mse' })) && { format: 'layers' };
}

async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BasinError && error.kind === 'input') return undefined;
    throw error;
  }
}

/** Weights in a second file beside the model stay there until they are needed. */
async function openNamedModel(project: Project, name: string): Promise<Omit<OpenedModel, 'loss'>> {
  const path = resolve(project.directory, name);
  const bytes = await readFile(permittedPath(path)).catch(error => {
    throw inputError(`${project.file}: the model ${name} cannot be read (${messageOf(error)}).`, error);
  });
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { model: readModel(bytes, name, externalData(name, dirname(path))), source: { file: name, digest } };
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
    // A model's own values are what is compared with the siblings'.
    const others = names.filter(name => name !== basename(checkpoint) && !name.endsWith('.onnx')).sort();
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
