/** The form that says which volumes are computed, and how. Nothing is computed until the button is pressed. */
import type { VolumeName } from '../../worker/results.ts';
import { Checkbox } from '../controls/checkbox.ts';
import { CostQuestion } from '../controls/costQuestion.ts';
import { NumberField } from '../controls/numberField.ts';
import { Select } from '../controls/select.ts';
import { element, setText } from '../dom.ts';
import type { AnalysisState, PanelState, VolumeOptions } from '../messages.ts';
import {
  isVolumeField,
  type VolumeDraft,
  type VolumeField,
  volumeCostText,
  volumeDraftOf,
  volumeOptionsOf,
  volumeSummary,
  withVolume,
} from './options.ts';

const basins = [
  { value: 'auto', label: 'KL, Else Loss' },
  { value: 'kl', label: 'KL Divergence' },
  { value: 'loss', label: 'Loss' },
] as const;

const preconditioners = [
  { value: 'eigenvectors', label: 'Eigenvectors' },
  { value: 'diagonal', label: 'Diagonal' },
  { value: 'none', label: 'None' },
] as const;

export class VolumeForm {
  readonly element: HTMLDetailsElement;
  readonly #summary = element('span', { class: 'summary-detail' });
  readonly #volumes: Readonly<Record<VolumeName, Checkbox>>;
  readonly #fields: Readonly<Record<VolumeField, NumberField>>;
  readonly #split = new Select<VolumeOptions['split']>('Split', split => this.#edit({ split }));
  readonly #basin = new Select<VolumeOptions['basin']>('Basin', basin => this.#edit({ basin }));
  readonly #preconditioner = new Select<VolumeOptions['preconditioner']>('Preconditioner', preconditioner =>
    this.#edit({ preconditioner }),
  );
  readonly #sensitivity = new Checkbox('Sensitivity to the cutoff', sensitivity => this.#edit({ sensitivity }));
  readonly #groups: Readonly<Record<VolumeName, HTMLElement>>;
  readonly #cost = element('p', { class: 'cost', role: 'status' });
  readonly #question: CostQuestion<VolumeOptions>;
  #draft: VolumeDraft | null = null;
  #shown: AnalysisState<'volume'> | null = null;
  #base = '';

  /** @param estimate Asks what options would take. */
  constructor(estimate: (options: VolumeOptions) => void) {
    const volume = (name: VolumeName, label: string): Checkbox =>
      new Checkbox(label, isTicked => {
        if (this.#draft !== null) this.#edit(withVolume(this.#draft, name, isTicked));
      });
    this.#volumes = {
      local: volume('local', 'Local volume, of the basin around the checkpoint'),
      function: volume('function', 'Volume of the function, V(f), of classifiers'),
    };
    const field = (name: VolumeField, label: string, kind: 'whole' | 'decimal'): NumberField =>
      new NumberField(label, kind, text => this.#edit({ [name]: text }));
    this.#fields = {
      directions: field('directions', 'Directions', 'whole'),
      cutoff: field('cutoff', 'Cutoff', 'decimal'),
      sigma: field('sigma', 'Prior σ', 'decimal'),
      initializations: field('initializations', 'Random networks', 'whole'),
      points: field('points', 'Points', 'whole'),
      positive: field('positive', 'Positive classes', 'decimal'),
    };
    const group = (label: string, ...children: readonly HTMLElement[]): HTMLElement =>
      element('div', { class: 'fields', role: 'group', 'aria-label': label }, ...children);
    const hint = (text: string): HTMLElement => element('p', { class: 'hint' }, text);
    const { directions, cutoff, sigma, initializations, points, positive } = this.#fields;
    this.#groups = {
      local: group(
        'Local volume',
        directions.element,
        cutoff.element,
        this.#basin.element,
        this.#preconditioner.element,
        sigma.element,
        this.#split.element,
        this.#sensitivity.element,
        hint('Without σ it is that of the parameters before training, or else here.'),
      ),
      function: group(
        'Volume of the function',
        initializations.element,
        points.element,
        positive.element,
        hint('Without positive classes each class is held against the rest.'),
      ),
    };
    this.element = element(
      'details',
      { class: 'analysis-options volume-form' },
      element('summary', {}, element('span', { class: 'summary-title' }, 'Computation'), this.#summary),
      this.#volumes.local.element,
      this.#groups.local,
      this.#volumes.function.element,
      this.#groups.function,
      this.#cost,
    );
    this.#question = new CostQuestion(this.element, estimate);
    this.element.addEventListener('toggle', () => this.#askSoon());
  }

  /** What the fields ask for; null where they do not make sense, which is said below them. */
  get options(): VolumeOptions | null {
    const options = this.#asked();
    return typeof options === 'string' ? null : options;
  }

  /** Takes up what was computed; what the reader is editing stays, unless something else was computed meanwhile. */
  show(state: AnalysisState<'volume'>, splits: PanelState['splits']): void {
    const { options, result } = state;
    this.#shown = state;
    // What is to be computed matters before anything is; later the reader opens it.
    if (this.#draft === null) this.element.open = result === undefined;
    const base = JSON.stringify(options);
    if (this.#draft === null || this.#base !== base) this.#draft = volumeDraftOf(options);
    this.#base = base;
    const offered = splits ?? [options.split];
    this.#split.element.hidden = offered.length < 2;
    this.#split.show(
      offered.map(value => ({ value, label: value === 'train' ? 'Train' : 'Test' })),
      this.#draft.split,
    );
    this.#showDraft(this.#draft);
    this.#askSoon();
  }

  #edit(changed: Partial<VolumeDraft>): void {
    if (this.#draft === null) return;
    this.#draft = { ...this.#draft, ...changed };
    this.#showDraft(this.#draft);
    this.#askSoon();
  }

  #asked(): VolumeOptions | string | null {
    return this.#draft && this.#shown && volumeOptionsOf(this.#draft, this.#shown.options);
  }

  #askSoon(): void {
    this.#question.soon(() => (this.element.open ? this.#asked() : null));
  }

  #showDraft(draft: VolumeDraft): void {
    for (const name of ['local', 'function'] as const) {
      const isAsked = draft.volumes.includes(name);
      this.#volumes[name].show(isAsked);
      this.#groups[name].hidden = !isAsked;
    }
    for (const [name, field] of Object.entries(this.#fields) as [VolumeField, NumberField][]) {
      field.show(draft[name], isVolumeField(draft, name));
    }
    this.#basin.show(basins, draft.basin);
    this.#preconditioner.show(preconditioners, draft.preconditioner);
    this.#sensitivity.show(draft.sensitivity);
    const options = this.#asked();
    if (options === null) return;
    setText(this.#summary, typeof options === 'string' ? '' : volumeSummary(options));
    setText(this.#cost, volumeCostText(options, this.#shown?.estimate));
    this.#cost.classList.toggle('problem', typeof options === 'string');
  }
}
