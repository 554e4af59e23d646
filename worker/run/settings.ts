/** What the measures of all checkpoints of a run depend on alike, as a digest that is had without reading it all. */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { splitReference } from '../data/array.ts';
import { permittedPath } from '../io/access.ts';
import type { Project } from '../project.ts';
import type { RunRequest } from '../protocol.ts';
import { digestOf } from '../store/key.ts';

/** What a request says of how checkpoints are measured; the rest is basin.json's. */
export type RunSettings = Pick<RunRequest, 'samples' | 'seed' | 'parameters'>;

/** So much of a file's beginning and of its end is digested: a listing must not read gigabytes of data. */
const PART = 32 << 20;

/** Counted up when a version of Basin measures something else under the same names. */
const NUMBERS = 1;

/** Digests of files that have not changed since, by path. */
const fingerprints = new Map<string, { readonly version: string; readonly digest: string }>();

/**
 * A digest of everything but the checkpoint that measures depend on: what basin.json and a request say, and the model's
 * and the data's files. By it measures are told to be stale; under which key they are kept is decided by the contents
 * themselves.
 */
export async function settingsDigest(project: Project, settings: RunSettings): Promise<string> {
  const { directory, model, data, inputFormat, loss, constants, order } = project;
  const paths = [...(model === null ? [] : [resolve(directory, model)]), ...dataFiles(project)];
  const files = await Promise.all([...new Set(paths)].sort().map(fingerprint));
  return digestOf({
    numbers: NUMBERS,
    model,
    data,
    inputFormat,
    loss,
    // What a checkpoint's architecture was compiled with counts only where nobody names a loss.
    ...(model === null && { namesLoss: project.namesLoss }),
    constants,
    order,
    files,
    parameters: settings.parameters ? { include: settings.parameters, exclude: [] } : project.parameters,
    samples: settings.samples ?? project.samples,
    seed: settings.seed ?? project.seed,
  });
}

/** The paths of the files that basin.json names besides the model. */
export function dataFiles({ directory, data, loss }: Project): ReadonlySet<string> {
  const references = [
    ...Object.values(data).flatMap(({ inputs, targets }) => [
      ...(typeof inputs === 'string' ? [inputs] : Object.values(inputs)),
      ...(targets === undefined ? [] : [targets]),
    ]),
    ...(typeof loss.classWeights === 'string' ? [loss.classWeights] : []),
  ];
  return new Set(references.map(reference => resolve(directory, splitReference(reference, directory).path)));
}

/** A digest of a file's size, beginning and end; that of a file which cannot be read is one of its own. */
async function fingerprint(path: string): Promise<string> {
  const permitted = permittedPath(path);
  const status = await stat(permitted).catch(() => null);
  if (!status?.isFile()) return 'none';
  const version = `${status.size} ${status.mtimeMs}`;
  const known = fingerprints.get(permitted);
  if (known?.version === version) return known.digest;
  const hash = createHash('sha256').update(String(status.size));
  const file = await open(permitted, 'r');
  try {
    for (const from of new Set([0, Math.max(0, status.size - PART)])) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(PART, status.size)), 0, null, from);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  const digest = hash.digest('hex');
  fingerprints.set(permitted, { version, digest });
  return digest;
}
