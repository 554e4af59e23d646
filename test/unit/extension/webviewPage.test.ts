import assert from 'node:assert/strict';
import { webviewPage } from '../../../extension/webviewPage.ts';

const cspSource = 'https://source.example';
const page = webviewPage({
  title: 'Landscape',
  cspSource,
  nonce: 'n0nce',
  script: 'https://s/webview.js',
  style: 'https://s/webview.css',
});

describe('page of a panel', () => {
  it('allows exactly what it needs', () => {
    const policy = page.match(/Content-Security-Policy" content="([^"]*)"/)?.[1];
    assert.deepEqual(policy?.split('; '), [
      "default-src 'none'",
      "script-src 'nonce-n0nce'",
      `style-src ${cspSource}`,
      `img-src ${cspSource} blob: data:`,
      `font-src ${cspSource}`,
    ]);
  });

  it('holds one script, with the nonce, and nothing inline', () => {
    assert.deepEqual(page.match(/<script[^>]*>[^<]*/g), [
      '<script type="module" nonce="n0nce" src="https://s/webview.js">',
    ]);
    assert.doesNotMatch(page, /<style|style=|\son\w+=/);
  });
});
