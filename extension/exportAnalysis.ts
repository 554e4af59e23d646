import { Uri } from 'vscode';
import type { AnalysisExportKind } from '../webview/messages.ts';
import { saveAs } from './exportLandscape.ts';
import type { Picture } from './panelPage.ts';
import { analysisFileName } from './surfaceCommand.ts';

/** What the save dialog calls such files. */
const filters: Readonly<Record<AnalysisExportKind, string>> = {
  png: 'PNG Image',
  svg: 'SVG Image',
  csv: 'Comma-Separated Values',
  json: 'Basin Result',
};

/** How a result's files are made. */
export interface ResultSource {
  readonly result: { readonly kind: string };
  /** What the file is called where the user does not say. */
  readonly fileName: string;
  /** What the dialog calls it: `spectrum`. */
  readonly noun: string;
  /** The folder that the save dialog proposes. */
  readonly folder: Uri;
  readonly draw: (kind: Picture) => Promise<Uint8Array>;
  readonly csv: () => string;
}

/** How an analysis' files are made. */
export interface AnalysisSource extends Omit<ResultSource, 'fileName'> {
  readonly result: { readonly kind: string; readonly checkpoint: string };
}

/** Asks where to save an analysis, saves it there, and offers to open it. Throws where that fails. */
export const exportAnalysis = (kind: AnalysisExportKind, source: AnalysisSource): Promise<void> =>
  exportResult(kind, { ...source, fileName: analysisFileName(source.result, kind) });

/** Asks where to save a result, saves it there, and offers to open it. Throws where that fails. */
export async function exportResult(kind: AnalysisExportKind, source: ResultSource): Promise<void> {
  await saveAs({
    title: `Export ${source.noun.charAt(0).toUpperCase()}${source.noun.slice(1)} as ${kind.toUpperCase()}`,
    proposed: Uri.joinPath(source.folder, source.fileName),
    filters: { [filters[kind]]: kind === 'json' ? ['basin.json', 'json'] : [kind] },
    content: () => contentOf(kind, source),
  });
}

async function contentOf(kind: AnalysisExportKind, { result, draw, csv }: ResultSource): Promise<Uint8Array> {
  switch (kind) {
    case 'png':
    case 'svg':
      return draw(kind);
    case 'csv':
      return new TextEncoder().encode(csv());
    case 'json':
      return new TextEncoder().encode(`${JSON.stringify(result)}\n`);
  }
}
