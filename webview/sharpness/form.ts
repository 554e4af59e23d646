/** The form that says which measures are computed. Nothing is computed until the button is pressed. */
import type { SharpnessName } from '../../worker/results.ts';
import { SHARPNESS_TEXTS } from '../../worker/sharpnessTexts.ts';
import { Checkbox } from '../controls/checkbox.ts';
import { Select } from '../controls/select.ts';
import { element, setText } from '../dom.ts';
import type { AnalysisState, PanelState, SharpnessOptions } from '../messages.ts';
import { sharpnessGroups } from './measures.ts';
import { sharpnessCost, sharpnessProblem, sharpnessSummary, withMeasure } from './options.ts';

export class SharpnessForm {
  readonly element: HTMLDetailsElement;
  readonly #summary = element('span', { class: 'summary-detail' });
  readonly #measures: ReadonlyMap<SharpnessName, Checkbox>;
  readonly #split = new Select<SharpnessOptions['split']>('Split', split => this.#edit({ split }));
  readonly #rescaling = new Checkbox('Rescaling check', rescaling => this.#edit({ rescaling }));
  readonly #cost = element('p', { class: 'cost', role: 'status' });
  #draft: SharpnessOptions | null = null;
  #base = '';

  constructor() {
    this.#measures = new Map(
      sharpnessGroups.flatMap(({ names }) =>
        names.map(name => [
          name,
          new Checkbox(SHARPNESS_TEXTS[name].label, isTicked => {
            if (this.#draft !== null) this.#edit(withMeasure(this.#draft, name, isTicked));
          }),
        ]),
      ),
    );
    this.element = element(
      'details',
      { class: 'analysis-options' },
      element('summary', {}, element('span', { class: 'summary-title' }, 'Computation'), this.#summary),
      element(
        'div',
        { class: 'measure-choice' },
        ...sharpnessGroups.map(({ title, names }) =>
          element(
            'fieldset',
            {},
            element('legend', {}, title),
            ...names.map(name => this.#measures.get(name)!.element),
          ),
        ),
      ),
      element(
        'div',
        { class: 'fields', role: 'group', 'aria-label': 'How to compute' },
        this.#split.element,
        this.#rescaling.element,
      ),
      this.#cost,
    );
  }

  /** What the boxes ask for; null where that is nothing, which is said below them. */
  get options(): SharpnessOptions | null {
    return this.#draft !== null && sharpnessProblem(this.#draft) === null ? this.#draft : null;
  }

  /** Takes up what was computed; what the reader is editing stays, unless something else was computed meanwhile. */
  show({ options, result }: AnalysisState<'sharpness'>, splits: PanelState['splits']): void {
    // What is to be computed matters before anything is; later the reader opens it.
    if (this.#draft === null) this.element.open = result === undefined;
    const base = JSON.stringify(options);
    if (this.#draft === null || this.#base !== base) this.#draft = options;
    this.#base = base;
    const offered = splits ?? [options.split];
    this.#split.element.hidden = offered.length < 2;
    this.#split.show(
      offered.map(value => ({ value, label: value === 'train' ? 'Train' : 'Test' })),
      this.#draft.split,
    );
    this.#showDraft(this.#draft);
  }

  #edit(changed: Partial<SharpnessOptions>): void {
    if (this.#draft === null) return;
    this.#draft = { ...this.#draft, ...changed };
    this.#showDraft(this.#draft);
  }

  #showDraft(draft: SharpnessOptions): void {
    for (const [name, box] of this.#measures) box.show(draft.measures.includes(name));
    this.#rescaling.show(draft.rescaling);
    const problem = sharpnessProblem(draft);
    setText(this.#summary, sharpnessSummary(draft));
    setText(this.#cost, problem ?? sharpnessCost(draft));
    this.#cost.classList.toggle('problem', problem !== null);
  }
}
