/** The form that asks for other landscapes of the same checkpoints. Nothing is computed until its button is pressed. */
import type { Split } from '../../worker/results.ts';
import { button } from '../controls/button.ts';
import { NumberField } from '../controls/numberField.ts';
import { Select } from '../controls/select.ts';
import { element, setText } from '../dom.ts';
import type { CompareOptions, ComparePanelState } from './messages.ts';
import { type Draft, draftOf, optionsOf, optionsText, problemOf } from './view/options.ts';

const splitLabels = { train: 'Train', test: 'Test' } as const;

export class CompareForm {
  readonly element = element('details', { class: 'computation' });
  readonly #compute: (options: CompareOptions) => void;
  readonly #summary = element('span', { class: 'summary-detail' });
  readonly #split = new Select<Split>('Split', split => this.#edit({ split }));
  readonly #directions = new Select<Draft['directions']>('Directions', directions => this.#edit({ directions }));
  readonly #grid = new NumberField('Cells a side', 'whole', grid => this.#edit({ grid }));
  readonly #range = new NumberField('Range ±', 'decimal', range => this.#edit({ range }));
  readonly #seed = new NumberField('Seed', 'whole', seed => this.#edit({ seed }));
  readonly #problem = element('span', { class: 'cost', role: 'status' });
  readonly #button = button('Compute', () => this.#submit(), 'primary');
  #shown: CompareOptions | null = null;
  #draft: Draft | null = null;
  #baseline = 0;
  #splits: readonly Split[] = ['train'];

  constructor(compute: (options: CompareOptions) => void) {
    this.#compute = compute;
    this.element.append(
      element('summary', {}, element('span', { class: 'summary-title' }, 'Landscapes'), this.#summary),
      element(
        'div',
        { class: 'fields' },
        this.#split.element,
        this.#directions.element,
        this.#grid.element,
        this.#range.element,
        this.#seed.element,
      ),
      element('div', { class: 'cost-row' }, this.#button, this.#problem),
    );
  }

  /** What the reader has typed stays, unless other options are computed now. */
  show({ options, splits }: ComparePanelState, names: readonly string[], baseline: number): void {
    if (JSON.stringify(options) !== JSON.stringify(this.#shown)) {
      this.#shown = options;
      this.#draft = draftOf(options);
    }
    this.#baseline = baseline;
    this.#splits = splits ?? ['train', 'test'];
    setText(this.#summary, optionsText(options, names));
    this.#update();
  }

  #edit(changed: Partial<Draft>): void {
    if (this.#draft === null) return;
    this.#draft = { ...this.#draft, ...changed };
    this.#update();
  }

  #update(): void {
    const draft = this.#draft;
    if (draft === null) return;
    this.#split.show(
      this.#splits.map(value => ({ value, label: splitLabels[value] })),
      draft.split,
    );
    this.#directions.show(
      [
        { value: 'own', label: 'Scaled to Each Checkpoint' },
        { value: 'identical', label: 'Identical, Scaled to the Baseline' },
      ],
      draft.directions,
    );
    const problem = problemOf(draft);
    this.#grid.show(draft.grid, problem?.field !== 'grid');
    this.#range.show(draft.range, problem?.field !== 'range');
    this.#seed.show(draft.seed, problem?.field !== 'seed');
    setText(this.#problem, problem?.sentence ?? '');
    this.#problem.classList.toggle('problem', problem !== null);
    this.#button.disabled = problem !== null;
  }

  #submit(): void {
    if (this.#draft === null || problemOf(this.#draft) !== null) return;
    this.#compute(optionsOf(this.#draft, this.#baseline));
  }
}
