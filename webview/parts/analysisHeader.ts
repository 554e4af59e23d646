/** Where an analysis stands, what can be done about it, and what went wrong. */
import './analysis.css';
import type { AnalysisAction, AnalysisStatus } from '../view/analysisStatus.ts';
import { StatusLine } from './statusLine.ts';

export class AnalysisHeader {
  /** In the order of the page. */
  readonly elements: readonly HTMLElement[];
  readonly #act: (action: AnalysisAction) => void;
  readonly #line: StatusLine;

  /** @param label Of the progress bar: what is being computed. */
  constructor(label: string, act: (action: AnalysisAction) => void) {
    this.#act = act;
    this.#line = new StatusLine(label);
    this.elements = [this.#line.status, ...this.#line.below];
  }

  show(status: AnalysisStatus): void {
    this.#line.show(
      status,
      status.actions.map(({ action, label }, index) => ({
        label,
        isSuggested: index === 0 && action !== 'cancel' && label !== 'Compute Again',
        act: () => this.#act(action),
      })),
    );
  }
}
