/** The convexity map, below the spectrum: the map, its text and its numbers, computed when it is asked for. */
import './convexity.css';
import { MenuButton, type MenuEntry } from '../controls/menuButton.ts';
import { NumberField } from '../controls/numberField.ts';
import { element, setText } from '../dom.ts';
import { pngOf } from '../export/png.ts';
import type { ConvexityOptions, FromPanel, PanelState } from '../messages.ts';
import { AnalysisHeader } from '../parts/analysisHeader.ts';
import { tableElement } from '../parts/textAlternative.ts';
import { measureOn, paint, prepare } from '../picture/canvas.ts';
import { paperTheme } from '../picture/paper.ts';
import { toSvg } from '../picture/svg.ts';
import type { AnalysisAction } from '../view/analysisStatus.ts';
import type { ColorMapName } from '../view/colormap.ts';
import type { Theme } from '../view/theme.ts';
import {
  type ConvexityDraft,
  type ConvexityNumber,
  convexityCost,
  convexityDraftOf,
  convexityOptionsOf,
  isConvexityNumber,
  landscapePlane,
  planeSummary,
  secondsPerProduct,
} from './options.ts';
import { convexityGeometry, convexityPaper, convexityPicture } from './picture.ts';
import { convexityStatus } from './status.ts';
import { convexityCaption, convexityLegend, convexityTable, convexityView } from './view.ts';

/** In CSS pixels. */
const MAX_HEIGHT = 520;

export class ConvexityPart {
  readonly element = element('section', { class: 'analysis convexity', 'aria-label': 'Convexity map', hidden: true });
  readonly #post: (message: FromPanel) => void;
  readonly #header = new AnalysisHeader('Cells of the convexity map computed', action => this.#do(action));
  readonly #plane = element('span', { class: 'detail' });
  readonly #numbers: Readonly<Record<ConvexityNumber, NumberField>>;
  readonly #form: HTMLElement;
  readonly #cost = element('p', { class: 'cost', role: 'status' });
  readonly #export = new MenuButton('Export');
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #frame = element('div', { class: 'convexity-map' }, this.#canvas);
  readonly #legend = element('p', { class: 'hint' });
  readonly #description = element('p');
  readonly #table = element('div', { class: 'table-scroll', tabindex: '0', role: 'region' });
  readonly #text = element(
    'details',
    { class: 'table' },
    element('summary', {}, element('span', { class: 'summary-title' }, 'As Text')),
    this.#description,
    this.#table,
  );
  readonly #caption = element('p');
  readonly #content: HTMLElement;
  #state: PanelState | null = null;
  #map: ColorMapName = 'viridis';
  #draft: ConvexityDraft | null = null;
  #base = '';

  constructor(post: (message: FromPanel) => void) {
    this.#post = post;
    const number = (name: ConvexityNumber, label: string, kind: 'whole' | 'decimal'): NumberField =>
      new NumberField(label, kind, text => this.#edit({ [name]: text }));
    this.#numbers = {
      columns: number('columns', 'Columns', 'whole'),
      rows: number('rows', 'Rows', 'whole'),
      range: number('range', 'Range ±', 'decimal'),
    };
    this.#form = element(
      'div',
      { class: 'analysis-form' },
      element(
        'div',
        { class: 'fields', role: 'group', 'aria-label': 'Grid of the convexity map' },
        ...Object.values(this.#numbers).map(field => field.element),
        this.#plane,
      ),
      this.#cost,
    );
    this.#content = element(
      'div',
      {},
      element('div', { class: 'toolbar' }, element('span', { class: 'spring' }), this.#export.element),
      element('figure', {}, this.#frame, this.#legend, this.#text),
      element('footer', { class: 'caption' }, this.#caption),
    );
    this.#text.addEventListener('toggle', () => this.#showTable());
  }

  /** Takes up a new state, to be drawn. */
  show(state: PanelState): void {
    this.#state = state;
    this.element.hidden = state.convexity === undefined;
  }

  /** Draws what there is, in a theme and with the landscape's colours. */
  draw(theme: Theme, map: ColorMapName): void {
    const { convexity: own } = this.#state ?? {};
    this.#map = map;
    if (own === undefined) return;
    this.#build();
    this.element.dataset.phase = own.phase;
    this.#form.hidden = own.phase === 'document';
    this.#header.show(convexityStatus(own));
    const base = JSON.stringify(own.options);
    if (this.#draft === null || this.#base !== base) this.#draft = convexityDraftOf(own.options);
    this.#base = base;
    this.#showDraft(this.#draft);
    const { result } = own;
    this.#content.hidden = result === undefined;
    if (result === undefined) return;

    const view = convexityView(result);
    const width = this.#frame.clientWidth;
    const geometry = convexityGeometry(view, width, MAX_HEIGHT, window.devicePixelRatio || 1);
    const surface = prepare(this.#canvas, width, geometry.height);
    paint(surface, convexityPicture(view, geometry, { theme, map, measure: measureOn(surface, theme) }), theme);
    this.#canvas.setAttribute('aria-label', view.grid.description);
    setText(this.#legend, convexityLegend(view));
    setText(this.#description, view.grid.description);
    setText(this.#caption, convexityCaption(result));
    this.#export.show(this.#entries());
    this.#showTable();
  }

  /** The map as a file; null where there is none. */
  async drawForExport(kind: 'png' | 'svg'): Promise<string | Uint8Array | null> {
    const { result } = this.#state?.convexity ?? {};
    if (result === undefined) return null;
    const view = convexityView(result);
    const caption = `${view.grid.description} ${convexityLegend(view)}. ${convexityCaption(result)}`;
    const picture = convexityPaper(view, this.#map, caption);
    const svg = toSvg(picture, paperTheme, {
      title: `Convexity map of ${result.checkpoint}`,
      description: view.grid.description,
    });
    return kind === 'svg' ? svg : pngOf(svg, picture.width, picture.height);
  }

  /** Most readers look at the landscape only, so what they do not see is not made. */
  #build(): void {
    if (this.element.childElementCount > 0) return;
    this.element.append(element('h2', {}, 'Convexity Map'), ...this.#header.elements, this.#form, this.#content);
  }

  #edit(changed: Partial<ConvexityDraft>): void {
    if (this.#draft === null) return;
    this.#draft = { ...this.#draft, ...changed };
    this.#showDraft(this.#draft);
  }

  /** What the fields ask for, or why that cannot be computed; null where there is no plane to compute it in. */
  #options(): ConvexityOptions | string | null {
    const plane = this.#state && landscapePlane(this.#state);
    return plane && this.#draft && convexityOptionsOf(this.#draft, plane);
  }

  #showDraft(draft: ConvexityDraft): void {
    for (const [name, field] of Object.entries(this.#numbers) as [ConvexityNumber, NumberField][]) {
      field.show(draft[name], isConvexityNumber(draft, name));
    }
    const plane = this.#state && landscapePlane(this.#state);
    setText(this.#plane, plane ? planeSummary(plane, this.#state?.options?.plane.kind) : '');
    const options = this.#options();
    const isProblem = typeof options === 'string';
    this.#cost.classList.toggle('problem', isProblem);
    setText(
      this.#cost,
      options === null || this.#state === null
        ? ''
        : isProblem
          ? options
          : convexityCost(options, secondsPerProduct(this.#state)),
    );
  }

  #do(action: AnalysisAction): void {
    switch (action) {
      case 'compute': {
        const options = this.#options();
        if (options === null || typeof options === 'string') return;
        this.#post({ type: 'computeAnalysis', of: 'convexity', options });
        return;
      }
      case 'cancel':
        this.#post({ type: 'cancelAnalysis', of: 'convexity' });
        return;
      default:
        this.#post({ type: action });
    }
  }

  #entries(): readonly (readonly MenuEntry[])[] {
    const exported = (kind: 'png' | 'svg' | 'csv' | 'json', label: string): MenuEntry => ({
      label,
      run: () => this.#post({ type: 'exportAnalysis', of: 'convexity', kind }),
    });
    return [
      [exported('png', 'Map as PNG…'), exported('svg', 'Map as SVG…')],
      [exported('csv', 'Cells as CSV…'), exported('json', 'Result as JSON…')],
      this.#state?.convexity?.phase === 'document'
        ? []
        : [{ label: 'Copy as Command', run: () => this.#post({ type: 'copyAnalysisCommand', of: 'convexity' }) }],
    ];
  }

  /** The table is built when it is looked at. */
  #showTable(): void {
    const { result } = this.#state?.convexity ?? {};
    if (!this.#text.open || result === undefined) return;
    const table = convexityTable(result);
    this.#table.setAttribute('aria-label', table.title);
    this.#table.replaceChildren(tableElement(table));
  }
}
