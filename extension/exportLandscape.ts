import { commands, Uri, window, workspace } from 'vscode';
import type { ExportKind } from '../webview/messages.ts';
import { inputError, messageOf } from '../worker/errors.ts';
import type { SurfaceResult } from '../worker/results.ts';
import type { LandscapeView } from './landscapeView.ts';
import type { Picture } from './panelPage.ts';
import { resultFileName, stem } from './surfaceCommand.ts';
import { pathCsv, surfaceCsv } from './surfaceCsv.ts';

interface Format {
  readonly label: string;
  readonly description: string;
  /** What the save dialog calls such files, and how their names end. */
  readonly filter: string;
  readonly extensions: readonly string[];
  readonly fileName: (surface: SurfaceResult) => string;
}

const picture = (extension: string) => (surface: SurfaceResult) => `${stem(surface.checkpoint)}.${extension}`;

/** Everything a landscape can be saved as, in the order in which it is offered. */
const formats: Readonly<Record<ExportKind, Format>> = {
  png: {
    label: 'PNG',
    description: 'the picture, at twice the resolution of a screen',
    filter: 'PNG Image',
    extensions: ['png'],
    fileName: picture('png'),
  },
  svg: {
    label: 'SVG',
    description: 'the picture, contours as paths',
    filter: 'SVG Image',
    extensions: ['svg'],
    fileName: picture('svg'),
  },
  csv: {
    label: 'CSV',
    description: 'the cells, a line each',
    filter: 'Comma-Separated Values',
    extensions: ['csv'],
    fileName: picture('csv'),
  },
  path: {
    label: 'Path as CSV',
    description: 'the checkpoints in the plane, a line each',
    filter: 'Comma-Separated Values',
    extensions: ['csv'],
    fileName: ({ checkpoint }) => `${stem(checkpoint)}-path.csv`,
  },
  json: {
    label: 'JSON',
    description: 'everything, to be opened in Basin again',
    filter: 'Basin Result',
    extensions: ['basin.json', 'json'],
    fileName: ({ checkpoint }) => resultFileName(checkpoint),
  },
  directions: {
    label: 'Directions',
    description: 'the plane as arrays x/… and y/… of a NumPy archive',
    filter: 'NumPy Archive',
    extensions: ['npz'],
    fileName: ({ checkpoint, plane }) => `${stem(checkpoint)}-directions-${plane.seed ?? plane.kind}.npz`,
  },
};

/** How a landscape's files are made. */
export interface ExportSource {
  readonly surface: SurfaceResult;
  /** The folder that the save dialog proposes. */
  readonly folder: Uri;
  readonly draw: (kind: Picture) => Promise<Uint8Array>;
  /** Absent where there is no checkpoint behind the landscape. */
  readonly writeDirections?: (file: string) => Promise<void>;
}

/** Asks where to save a landscape, saves it there, and offers to open it. Throws where that fails. */
export async function exportLandscape(kind: ExportKind, source: ExportSource): Promise<void> {
  const { filter, extensions, fileName, label } = formats[kind];
  const dialog = {
    title: `Export Landscape as ${label}`,
    proposed: Uri.joinPath(source.folder, fileName(source.surface)),
    filters: { [filter]: [...extensions] },
  };
  if (kind !== 'directions') {
    await saveAs({ ...dialog, content: () => contentOf(kind, source) });
    return;
  }
  const file = await askWhere(dialog);
  if (file === undefined) return;
  if (source.writeDirections === undefined) throw inputError('A result file holds no directions to export.');
  await source.writeDirections(file.fsPath);
  // NumPy archives open nowhere in an editor.
  void window.showInformationMessage(savedMessage(file));
}

/** A save dialog, and the content that goes where the user says. */
export interface SaveOptions {
  readonly title: string;
  readonly proposed: Uri;
  readonly filters: Record<string, string[]>;
  /** Asked once the user has said where. */
  readonly content: () => Promise<Uint8Array>;
}

/** Asks where to save something, saves it there, and offers to open it. Throws where that fails. */
export async function saveAs({ content, ...dialog }: SaveOptions): Promise<void> {
  const file = await askWhere(dialog);
  if (file === undefined) return;
  await write(file, await content());
  void offerToOpen(file);
}

const askWhere = ({ title, proposed, filters }: Omit<SaveOptions, 'content'>): Thenable<Uri | undefined> =>
  window.showSaveDialog({ title, defaultUri: proposed, filters });

async function contentOf(
  kind: Exclude<ExportKind, 'directions'>,
  { surface, draw }: ExportSource,
): Promise<Uint8Array> {
  switch (kind) {
    case 'png':
    case 'svg':
      return draw(kind);
    case 'csv':
      return new TextEncoder().encode(surfaceCsv(surface));
    case 'path':
      return new TextEncoder().encode(pathCsv(surface));
    case 'json':
      return new TextEncoder().encode(`${JSON.stringify(surface)}\n`);
  }
}

async function write(file: Uri, content: Uint8Array): Promise<void> {
  try {
    await workspace.fs.writeFile(file, content);
  } catch (error) {
    throw inputError(`${file.fsPath}: cannot be written (${messageOf(error)}).`, error);
  }
}

async function offerToOpen(file: Uri): Promise<void> {
  const open = 'Open';
  const chosen = await window.showInformationMessage(savedMessage(file), open);
  if (chosen === open) await commands.executeCommand('vscode.open', file);
}

const savedMessage = (file: Uri): string => `${workspace.asRelativePath(file)} was saved.`;

/** Asks in which form to save a landscape, of those it can be saved in now, and does it. */
export async function chooseExport(view: LandscapeView): Promise<void> {
  const kinds = view.state.exports ?? [];
  if (kinds.length === 0) throw inputError('There is nothing to export yet; wait for the first cells.');
  const items = kinds.map(form => ({ label: formats[form].label, description: formats[form].description, form }));
  const chosen = await window.showQuickPick(items, {
    title: 'Export Landscape',
    placeHolder: view.state.checkpoint,
    // A webview may take the focus back when the palette closes.
    ignoreFocusOut: true,
  });
  if (chosen !== undefined) await view.exportAs(chosen.form);
}
