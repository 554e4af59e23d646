import type { PlaneOptions, SurfaceOptions } from '../webview/messages.ts';
import { count, type Decode, either, list, number, object, oneOf, optional, text } from '../worker/decode.ts';
import { CheckpointMemory } from './checkpointMemory.ts';
import type { Remembered } from './landscape.ts';

/** A plane's options; another version of Basin may have written them. */
export const plane: Decode<PlaneOptions> = either(
  object<PlaneOptions & { kind: 'random' }>({
    kind: oneOf('random'),
    seed: count,
    planes: count,
    perturb: oneOf('weights', 'all'),
  }),
  either(
    object<PlaneOptions & { kind: 'file' }>({ kind: oneOf('file'), file: text }),
    either(
      either(
        object<PlaneOptions & { kind: 'eigen' }>({ kind: oneOf('eigen') }),
        object<PlaneOptions & { kind: 'pca' }>({ kind: oneOf('pca') }),
      ),
      object<PlaneOptions & { kind: 'three' }>({
        kind: oneOf('three'),
        through: list(text, 2, 2) as Decode<readonly [string, string]>,
      }),
    ),
  ),
);

const decode = object<Remembered>({
  options: object<SurfaceOptions>({
    plane,
    split: oneOf('train', 'test'),
    grid: either(
      object<SurfaceOptions['grid'] & { kind: 'budget' }>({ kind: oneOf('budget'), seconds: number }),
      object<SurfaceOptions['grid'] & { kind: 'size' }>({ kind: oneOf('size'), columns: count, rows: count }),
    ),
    range: number,
    statistics: optional(oneOf('held', 'recomputed')),
  }),
  key: optional(text),
});

/** With what each checkpoint's landscape was computed last, and under which key the worker keeps it. */
export class LandscapeMemory extends CheckpointMemory<Remembered> {
  /** @param report receives a sentence about what cannot be used or written. */
  constructor(folder: string, report: (message: string) => void) {
    super({ folder, what: 'what a landscape was computed with', version: 1, decode, report });
  }
}
