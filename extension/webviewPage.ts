/** What the page of a panel loads; addresses as the webview sees them. */
export interface PageSources {
  readonly title: string;
  readonly cspSource: string;
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
}

/** The page: one script and one style sheet of ours, and a policy that lets nothing else in. */
export function webviewPage({ title, cspSource, nonce, script, style }: PageSources): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `img-src ${cspSource} blob: data:`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="stylesheet" href="${style}">
  <script type="module" nonce="${nonce}" src="${script}"></script>
</head>
<body><div id="app"></div></body>
</html>
`;
}
