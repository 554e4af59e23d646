import type {
  Analyses,
  AnalysisExportKind,
  AnalysisName,
  AnalysisStates,
  ComputeAnalysis,
  EstimateAnalysis,
  EstimatedName,
} from '../webview/messages.ts';
import { Analysis, type AnalysisKind, type AnalysisParts, type Kept } from './analysis.ts';
import type { CheckpointMemory } from './checkpointMemory.ts';
import { convexityKind } from './convexity.ts';
import { copyWords } from './copyCommand.ts';
import { type AnalysisSource, exportAnalysis } from './exportAnalysis.ts';
import { sharpnessKind } from './sharpness.ts';
import { spectrumKind } from './spectrum.ts';
import { spectrumEstimate } from './spectrumEstimate.ts';
import { volumeKind } from './volume.ts';
import { type PassCost, volumeEstimate } from './volumeEstimate.ts';

/** Everything that is computed of a checkpoint besides its landscape. */
const kinds: { readonly [Name in AnalysisName]: AnalysisKind<Name> } = {
  spectrum: spectrumKind,
  sharpness: sharpnessKind,
  volume: volumeKind,
  convexity: convexityKind,
};

const names = Object.keys(kinds) as AnalysisName[];

/** Where each checkpoint's last result of each is kept. */
export type KeptAnalyses = { readonly [Name in AnalysisName]: CheckpointMemory<Kept<Name>> };

export interface AnalysesParts extends Omit<AnalysisParts<AnalysisName>, 'kind' | 'keep'> {
  readonly kept: KeptAnalyses;
  /** What a pass over the sample took in the checkpoint's landscape, once it was measured. */
  readonly pass: () => PassCost | undefined;
}

/** All analyses of one checkpoint, each by its name. */
export class CheckpointAnalyses {
  readonly #parts: AnalysesParts;
  readonly #all: { readonly [Name in AnalysisName]: Analysis<Name> };

  /** For which options the page last asked what they take. */
  #asked: { readonly [Name in EstimatedName]?: Analyses[Name]['options'] } = {};

  constructor(parts: AnalysesParts) {
    this.#parts = parts;
    const analysis = <Name extends AnalysisName>(name: Name): Analysis<Name> =>
      new Analysis<Name>({ ...parts, kind: kinds[name], keep: own => parts.kept[name].keep(parts.checkpoint, own) });
    this.#all = {
      spectrum: analysis('spectrum'),
      sharpness: analysis('sharpness'),
      volume: analysis('volume'),
      convexity: analysis('convexity'),
    };
  }

  get states(): AnalysisStates {
    const { spectrum, sharpness, volume, convexity } = this.#all;
    const asked = this.#asked;
    return {
      spectrum: {
        ...spectrum.state,
        ...(asked.spectrum && { estimate: spectrumEstimate(asked.spectrum, spectrum.measured) }),
      },
      sharpness: sharpness.state,
      volume: {
        ...volume.state,
        ...(asked.volume && {
          estimate: volumeEstimate(asked.volume, {
            pass: this.#parts.pass(),
            secondsPerProduct: spectrum.measured?.update.secondsPerProduct,
            volume: volume.state.result,
          }),
        }),
      },
      convexity: convexity.state,
    };
  }

  /** Says in the state what computing with these options is likely to take. */
  estimate({ of, options }: EstimateAnalysis): void {
    this.#asked = { ...this.#asked, [of]: options };
    this.#parts.onChange();
  }

  get computing(): boolean {
    return names.some(name => this.#all[name].computing);
  }

  /** Shows what is kept; nothing computes. `written` tells when the checkpoint was written last. */
  async restore(written: () => Promise<number | undefined>): Promise<void> {
    await Promise.all(names.map(name => this.#restore(name, written)));
  }

  async compute<Name extends AnalysisName>({ of, options }: ComputeAnalysis<Name>): Promise<void> {
    await this.#all[of].compute(options);
  }

  fail(of: AnalysisName, message: string): void {
    this.#all[of].fail(message);
  }

  cancel(of: AnalysisName): void {
    this.#all[of].cancel();
  }

  cancelAll(): void {
    for (const name of names) this.cancel(name);
  }

  /** Saves what is shown as a file that the user chooses. */
  async exportAs<Name extends AnalysisName>(
    of: Name,
    kind: AnalysisExportKind,
    how: Pick<AnalysisSource, 'folder' | 'draw'>,
  ): Promise<void> {
    const { result } = this.#all[of].state;
    if (result !== undefined) await exportResultOf(of, result, kind, how);
  }

  /** Copies the terminal line that computes what is shown. */
  async copyCommand<Name extends AnalysisName>(of: Name): Promise<void> {
    const { options, result } = this.#all[of].state;
    if (result !== undefined) await copyWords(kinds[of].command({ options, result }, this.#parts.checkpoint));
  }

  async #restore<Name extends AnalysisName>(name: Name, written: () => Promise<number | undefined>): Promise<void> {
    const kept = await this.#parts.kept[name].read(this.#parts.checkpoint);
    if (kept !== null) this.#all[name].restore(kept, await written());
  }
}

/** Saves an analysis' result as a file that the user chooses. */
export async function exportResultOf<Name extends AnalysisName>(
  of: Name,
  result: Analyses[Name]['result'],
  kind: AnalysisExportKind,
  how: Pick<AnalysisSource, 'folder' | 'draw'>,
): Promise<void> {
  const { noun, csv } = kinds[of];
  await exportAnalysis(kind, { ...how, result, noun, csv: () => csv(result) });
}
