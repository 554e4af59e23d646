/** What can be taken out of the panel: pictures, tables, the result itself, and the command that computes it. */
import type { ExportKind, FromPanel, PanelState } from '../messages.ts';
import type { PictureName } from '../picture/paper.ts';
import { MenuButton, type MenuEntry } from './menuButton.ts';

const files: Readonly<Partial<Record<ExportKind, string>>> = {
  csv: 'Cells as CSV…',
  path: 'Path as CSV…',
  json: 'Result as JSON…',
  directions: 'Directions File…',
};

export class ExportMenu {
  readonly element: HTMLElement;
  readonly #menu = new MenuButton('Export');
  readonly #post: (message: FromPanel) => void;
  #wanted: PictureName = 'contour';

  constructor(post: (message: FromPanel) => void) {
    this.#post = post;
    this.element = this.#menu.element;
  }

  /** The picture that was last asked for. */
  get wanted(): PictureName {
    return this.#wanted;
  }

  /** `hasSurface`: whether there is a picture in three dimensions. */
  show({ exports = [], options }: PanelState, hasSurface: boolean): void {
    const there = new Set(exports);
    const picture = (kind: 'png' | 'svg', of: PictureName, label: string): MenuEntry[] =>
      there.has(kind) && (of === 'contour' || hasSurface)
        ? [
            {
              label,
              run: () => {
                this.#wanted = of;
                this.#post({ type: 'export', kind });
              },
            },
          ]
        : [];
    const others = (Object.entries(files) as [ExportKind, string][])
      .filter(([kind]) => there.has(kind))
      .map(([kind, label]): MenuEntry => ({ label, run: () => this.#post({ type: 'export', kind }) }));
    this.#menu.show([
      [
        ...picture('png', 'contour', 'Contour Map as PNG…'),
        ...picture('svg', 'contour', 'Contour Map as SVG…'),
        ...picture('png', 'surface', 'Surface as PNG…'),
        ...picture('svg', 'surface', 'Surface as SVG…'),
      ],
      others,
      options === undefined ? [] : [{ label: 'Copy as Command', run: () => this.#post({ type: 'copyCommand' }) }],
    ]);
    this.element.hidden = exports.length === 0 && options === undefined;
  }
}
