/** The form that says which spectrum is computed. Nothing is computed until the button is pressed. */
import { Checkbox } from '../controls/checkbox.ts';
import { CostQuestion } from '../controls/costQuestion.ts';
import { NumberField } from '../controls/numberField.ts';
import { Select } from '../controls/select.ts';
import { element, setText } from '../dom.ts';
import type { AnalysisState, PanelState, SpectrumEstimate, SpectrumOptions } from '../messages.ts';
import {
  isSpectrumNumber,
  type SpectrumDraft,
  type SpectrumNumber,
  spectrumCostText,
  spectrumDraftOf,
  spectrumOptionsOf,
} from './options.ts';

export class SpectrumForm {
  readonly element: HTMLElement;
  readonly #operator = new Select<SpectrumDraft['operator']>('Matrix', operator => this.#edit({ operator }));
  readonly #split = new Select<SpectrumDraft['split']>('Split', split => this.#edit({ split }));
  readonly #numbers: Readonly<Record<SpectrumNumber, NumberField>>;
  readonly #density = new Checkbox('Trace and density', density => this.#edit({ density }));
  readonly #byTensor = new Checkbox('Tensor by tensor', byTensor => this.#edit({ byTensor }));
  readonly #cost = element('p', { class: 'cost', role: 'status' });
  readonly #question: CostQuestion<SpectrumOptions>;
  #draft: SpectrumDraft | null = null;
  #base = '';
  #known: SpectrumEstimate | undefined;

  /** @param estimate Asks what options would take. */
  constructor(estimate: (options: SpectrumOptions) => void) {
    const number = (name: SpectrumNumber, label: string): NumberField =>
      new NumberField(label, 'whole', text => this.#edit({ [name]: text }));
    this.#numbers = {
      largest: number('largest', 'Largest'),
      smallest: number('smallest', 'Smallest'),
      along: number('along', 'Lines an end'),
    };
    this.element = element(
      'div',
      { class: 'analysis-form' },
      element(
        'div',
        { class: 'fields', role: 'group', 'aria-label': 'What to compute' },
        this.#operator.element,
        this.#numbers.largest.element,
        this.#numbers.smallest.element,
        this.#numbers.along.element,
        this.#split.element,
        this.#density.element,
        this.#byTensor.element,
      ),
      this.#cost,
    );
    this.#question = new CostQuestion(this.element, estimate);
  }

  /** What the fields ask for; null where they do not make sense, which is said beside them. */
  get options(): SpectrumOptions | null {
    const options = this.#draft && spectrumOptionsOf(this.#draft);
    return typeof options === 'string' ? null : options;
  }

  /** Takes up what was computed; what the reader is editing stays, unless something else was computed meanwhile. */
  show({ options, estimate }: AnalysisState<'spectrum'>, splits: PanelState['splits']): void {
    this.#known = estimate;
    const base = JSON.stringify(options);
    if (this.#draft === null || this.#base !== base) this.#draft = spectrumDraftOf(options);
    this.#base = base;
    const offered = splits ?? [options.split];
    this.#split.element.hidden = offered.length < 2;
    this.#split.show(
      offered.map(value => ({ value, label: value === 'train' ? 'Train' : 'Test' })),
      this.#draft.split,
    );
    this.#showDraft(this.#draft);
    this.#question.soon(() => this.#draft && spectrumOptionsOf(this.#draft));
  }

  #edit(changed: Partial<SpectrumDraft>): void {
    if (this.#draft === null) return;
    this.#draft = { ...this.#draft, ...changed };
    this.#showDraft(this.#draft);
    this.#question.soon(() => this.#draft && spectrumOptionsOf(this.#draft));
  }

  #showDraft(draft: SpectrumDraft): void {
    this.#operator.show(
      [
        { value: 'hessian', label: 'Hessian' },
        { value: 'ggn', label: 'Gauss–Newton' },
      ],
      draft.operator,
    );
    for (const [name, field] of Object.entries(this.#numbers) as [SpectrumNumber, NumberField][]) {
      field.show(draft[name], isSpectrumNumber(draft, name));
    }
    this.#density.show(draft.density);
    this.#byTensor.show(draft.byTensor);
    const options = spectrumOptionsOf(draft);
    setText(this.#cost, spectrumCostText(options, this.#known));
    this.#cost.classList.toggle('problem', typeof options === 'string');
  }
}
