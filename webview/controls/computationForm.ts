/** The form that asks for another landscape. Nothing is computed until its button is pressed, beside what that costs. */
import { element, setText } from '../dom.ts';
import type { FromPanel, PanelState, SurfaceOptions } from '../messages.ts';
import {
  costText,
  type Draft,
  draftOf,
  isOfCheckpoints,
  isValid,
  type NumberName,
  nameOf,
  numbersOf,
  optionsOf,
  optionsText,
  sameOptions,
  statisticsText,
  throughText,
} from '../view/computation.ts';
import { button } from './button.ts';
import { NumberField } from './numberField.ts';
import { type Option, Select } from './select.ts';

const planes: readonly Option<Draft['plane']>[] = [
  { value: 'random', label: 'Random' },
  { value: 'eigen', label: 'Eigenvectors' },
  { value: 'pca', label: 'Principal Components of the Run' },
  { value: 'three', label: 'Through Three Checkpoints' },
  { value: 'file', label: 'Directions File' },
];
const moved: readonly Option<Draft['perturb']>[] = [
  { value: 'weights', label: 'Weights' },
  { value: 'all', label: 'All Parameters' },
];
const grids: readonly Option<Draft['grid']>[] = [
  { value: 'budget', label: 'Finest in Time' },
  { value: 'size', label: 'Given Size' },
];
const statistics: readonly Option<Draft['statistics']>[] = [
  { value: 'held', label: 'Held' },
  { value: 'recomputed', label: 'Recomputed' },
];
const splitLabels = { train: 'Train', test: 'Test' } as const;

/** Milliseconds without typing after which the cost is asked for. */
const QUIET = 200;

export class ComputationForm {
  readonly element = element('details', { class: 'computation' });
  readonly #post: (message: FromPanel) => void;
  readonly #summary = element('span', { class: 'summary-detail' });
  readonly #plane = new Select<Draft['plane']>('Plane', plane => this.#edit({ plane }));
  readonly #perturb = new Select<Draft['perturb']>('Perturb', perturb => this.#edit({ perturb }));
  readonly #split = new Select<Draft['split']>('Split', split => this.#edit({ split }));
  readonly #grid = new Select<Draft['grid']>('Grid', grid => this.#edit({ grid }));
  readonly #numbers: Readonly<Record<NumberName, NumberField>>;
  /** The range of a plane made of checkpoints, in the place of the other one. */
  readonly #box = new NumberField('Checkpoints’ Box ×', 'decimal', range => this.#edit({ range }));
  readonly #fileName = element('span', { class: 'file-name' });
  readonly #file: HTMLElement;
  readonly #through: HTMLElement;
  readonly #throughNames = element('span', { class: 'file-name' });
  readonly #statistics = new Select<Draft['statistics']>('Statistics', chosen => this.#edit({ statistics: chosen }));
  readonly #statisticsText = element('p', { class: 'hint' });
  readonly #cost = element('p', { class: 'cost', role: 'status' });
  readonly #compute = button('Compute', () => this.#submit(), 'primary');
  #draft: Draft | null = null;
  #base: SurfaceOptions | null = null;
  #estimate: PanelState['estimate'];
  #asked: SurfaceOptions | null = null;
  #isRunning = false;
  /** False once it is known that the network has no statistics to choose. */
  #hasStatistics = true;
  #pending: ReturnType<typeof setTimeout> | undefined;

  constructor(post: (message: FromPanel) => void) {
    this.#post = post;
    const number = (name: NumberName, label: string, kind: 'whole' | 'decimal'): NumberField =>
      new NumberField(label, kind, text => this.#edit({ [name]: text }));
    this.#numbers = {
      seed: number('seed', 'Seed', 'whole'),
      planes: number('planes', 'Planes', 'whole'),
      seconds: number('seconds', 'Seconds', 'decimal'),
      columns: number('columns', 'Columns', 'whole'),
      rows: number('rows', 'Rows', 'whole'),
      range: number('range', 'Range ±', 'decimal'),
    };
    this.#file = element(
      'div',
      { class: 'field' },
      button('Choose…', () => post({ type: 'chooseDirections' })),
      this.#fileName,
    );
    this.#through = element(
      'div',
      { class: 'field' },
      button('Choose Two Others…', () => post({ type: 'chooseThrough' })),
      this.#throughNames,
    );
    const { seed, planes: count, seconds, columns, rows, range } = this.#numbers;
    this.element.append(
      element('summary', {}, element('span', { class: 'summary-title' }, 'Computation'), this.#summary),
      element(
        'div',
        { class: 'fields', role: 'group', 'aria-label': 'What to compute' },
        this.#plane.element,
        seed.element,
        count.element,
        this.#perturb.element,
        this.#file,
        this.#through,
        this.#split.element,
        this.#grid.element,
        seconds.element,
        columns.element,
        rows.element,
        range.element,
        this.#box.element,
        this.#statistics.element,
      ),
      this.#statisticsText,
      element('div', { class: 'cost-row' }, this.#compute, this.#cost),
    );
    this.element.addEventListener('toggle', () => this.#askSoon());
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Enter' && (event.target as Element).tagName === 'VSCODE-TEXTFIELD') this.#submit();
    });
  }

  /** Takes up the panel's options; what the reader is editing stays, unless something else was computed meanwhile. */
  show(state: PanelState): void {
    const { options } = state;
    this.element.hidden = options === undefined;
    if (options === undefined) return;
    setText(this.#summary, optionsText(options));
    this.#estimate = state.estimate;
    this.#hasStatistics = state.surface?.provenance.mode.batchNorm !== 'none';
    this.#isRunning = state.phase === 'starting' || state.phase === 'computing';
    if (this.#draft === null || this.#base === null || !sameOptions(this.#base, options)) {
      const { x, y } = state.surface ?? {};
      this.#draft = draftOf(options, x && y && { columns: x.length, rows: y.length });
      this.#asked = null;
    }
    this.#base = options;
    const splits = state.splits ?? [options.split];
    this.#split.element.hidden = splits.length < 2;
    this.#split.show(
      splits.map(value => ({ value, label: splitLabels[value] })),
      this.#draft.split,
    );
    this.#showDraft(this.#draft);
    this.#askSoon();
  }

  /** Takes up a directions file that was chosen. */
  chooseFile(file: string): void {
    this.#edit({ plane: 'file', file });
  }

  /** Takes up the two other checkpoints that were chosen. */
  chooseThrough(through: Draft['through']): void {
    this.#edit({ plane: 'three', through });
  }

  #edit(changed: Partial<Draft>): void {
    if (this.#draft === null) return;
    this.#draft = { ...this.#draft, ...changed };
    this.#showDraft(this.#draft);
    this.#askSoon();
  }

  #showDraft(draft: Draft): void {
    this.#plane.show(planes, draft.plane);
    this.#perturb.show(moved, draft.perturb);
    this.#grid.show(grids, draft.grid);
    const used = new Set(numbersOf(draft));
    for (const [name, field] of Object.entries(this.#numbers) as [NumberName, NumberField][]) {
      field.element.hidden = !used.has(name);
      field.show(draft[name], isValid(draft, name));
    }
    const isBox = isOfCheckpoints(draft.plane);
    this.#numbers.range.element.hidden = isBox;
    this.#box.element.hidden = !isBox;
    this.#box.show(draft.range, isValid(draft, 'range'));
    this.#perturb.element.hidden = draft.plane !== 'random';
    this.#file.hidden = draft.plane !== 'file';
    setText(this.#fileName, draft.file === '' ? 'No file chosen' : nameOf(draft.file));
    this.#fileName.title = draft.file;
    this.#through.hidden = draft.plane !== 'three';
    setText(this.#throughNames, throughText(draft.through));
    this.#throughNames.title = draft.through.filter(Boolean).join('\n');
    this.#statistics.element.hidden = this.#statisticsText.hidden = !this.#hasStatistics;
    this.#statistics.show(statistics, draft.statistics);
    setText(this.#statisticsText, statisticsText(draft));
    const { text, isProblem } = costText(optionsOf(draft), this.#estimate);
    setText(this.#cost, text);
    this.#cost.classList.toggle('problem', isProblem);
    this.#compute.disabled = isProblem || this.#isRunning;
    this.#compute.title = this.#isRunning ? 'A landscape is being computed; cancel it first.' : '';
  }

  /** Asks what the draft costs, once the reader pauses, and only where it is looked at. */
  #askSoon(): void {
    clearTimeout(this.#pending);
    if (!this.element.open) return;
    this.#pending = setTimeout(() => {
      const options = this.#draft && optionsOf(this.#draft);
      if (options === null || typeof options === 'string') return;
      if (this.#asked !== null && sameOptions(this.#asked, options)) return;
      this.#asked = options;
      this.#post({ type: 'estimate', options });
    }, QUIET);
  }

  #submit(): void {
    const options = this.#draft && optionsOf(this.#draft);
    if (options === null || typeof options === 'string' || this.#compute.disabled) return;
    this.#post({ type: 'compute', options });
  }
}
