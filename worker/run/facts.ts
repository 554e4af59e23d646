/** What is remembered of the files of a run, a fact a line. */
import { count, type Decode, either, list, nullable, number, object, oneOf, optional, text } from '../decode.ts';
import { RUN_MEASURE_NAMES, type RunMeasureName } from '../results.ts';
import type { FileVersion } from './folder.ts';
import type { CheckpointLook, Look, OtherLook } from './look.ts';

/** That a checkpoint was measured, as far as it was. */
export interface Measured {
  /** Digest of everything but the checkpoint that its measures depend on: see `settingsDigest`. */
  readonly settings: string;
  /** Of the training split's document of measures, and of the test split's where there is one. */
  readonly keys: readonly string[];
  readonly asked: readonly RunMeasureName[];
}

/** That a checkpoint could not be measured. */
export interface Failed {
  readonly settings: string;
  readonly reason: string;
  /** Whether it would fail again: what the engine stumbled over once may go well another time. */
  readonly isFinal: boolean;
}

/** One thing that was found out about a version of a file. Later facts about the same thing replace earlier ones. */
export interface Fact extends FileVersion {
  /** What its content is. */
  readonly look?: Look;
  /** SHA-256 of the file (hex). */
  readonly contents?: string;
  readonly measured?: Measured;
  readonly failed?: Failed;
}

/** Begins a file of facts. */
export interface Header {
  readonly basin: 'run';
  readonly version: typeof VERSION;
  /** The run's folder when it was written. */
  readonly folder: string;
}

const VERSION = 1;

export const headerOf = (folder: string): Header => ({ basin: 'run', version: VERSION, folder });

export const decodeHeader: Decode<Header> = object<Header>({
  basin: oneOf('run'),
  version: oneOf(VERSION),
  folder: text,
});

export const decodeFact: Decode<Fact> = object<Fact>({
  file: text,
  bytes: count,
  written: number,
  changed: number,
  inode: text,
  look: optional(
    either(
      object<CheckpointLook>({ is: oneOf('checkpoint'), step: nullable(count), epoch: nullable(count) }),
      object<OtherLook>({ is: oneOf('incomplete', 'other'), reason: text }),
    ),
  ),
  contents: optional(text),
  measured: optional(
    object<Measured>({
      settings: text,
      keys: list(text, 1, 2),
      asked: list(oneOf(...RUN_MEASURE_NAMES), 0, RUN_MEASURE_NAMES.length),
    }),
  ),
  failed: optional(object<Failed>({ settings: text, reason: text, isFinal: oneOf(true, false) })),
});

/** All facts about one version of a file. */
export interface KnownFile extends FileVersion {
  readonly look: Look | null;
  readonly contents: string | null;
  /** The last fact of each settings, the newest last. */
  readonly measured: readonly Measured[];
  readonly failed: readonly Failed[];
}

/** What is known of a version with another fact. */
export function withFact(known: KnownFile | undefined, fact: Fact): KnownFile {
  const { file, bytes, written, changed, inode, look, contents, measured, failed } = fact;
  const latest = <T extends { readonly settings: string }>(list: readonly T[], own: T | undefined): readonly T[] =>
    own === undefined ? list : [...list.filter(({ settings }) => settings !== own.settings), own];
  return {
    file,
    bytes,
    written,
    changed,
    inode,
    look: look ?? known?.look ?? null,
    contents: contents ?? known?.contents ?? null,
    measured: latest(known?.measured ?? [], measured),
    failed: latest(known?.failed ?? [], failed),
  };
}

/** What is known of one version, as facts about another of the same contents; what its name tells is not among them. */
export function factsOf({ contents, measured, failed }: KnownFile, version: FileVersion): readonly Fact[] {
  const { file, bytes, written, changed, inode } = version;
  const own = { file, bytes, written, changed, inode };
  return [
    ...(contents === null ? [] : [{ ...own, contents }]),
    ...measured.map(fact => ({ ...own, measured: fact })),
    ...failed.map(fact => ({ ...own, failed: fact })),
  ];
}
