// Bundles the three programs: the extension (CommonJS, as VS Code 1.100 loads it), the worker with its command line and
// computing thread (ES modules, onnxruntime-node left outside), and the webview page.
// --production minifies and leaves source maps out; --outdir=FOLDER is `dist` by default; --metafile=FILE lists what went in.
import { writeFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const option = name => process.argv.find(argument => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const production = process.argv.includes('--production');
const outdir = option('outdir') ?? 'dist';
const common = {
  bundle: true,
  outdir,
  minify: production,
  sourcemap: !production,
  metafile: true,
  logLevel: 'warning',
};
// A package's ES modules bundle whole; the UMD form of some hides its files from the bundler.
const node = { ...common, platform: 'node', target: 'node20', mainFields: ['module', 'main'] };

const builds = [
  {
    ...node,
    entryPoints: ['extension/extension.ts'],
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
  },
  {
    ...node,
    entryPoints: {
      worker: 'worker/main.ts',
      cli: 'worker/cli.ts',
      lane: 'worker/engine/lane.ts',
      probe: 'worker/engine/probe.ts',
    },
    format: 'esm',
    external: ['onnxruntime-node'],
    // Bundled CommonJS packages call `require` for Node's own modules.
    banner: {
      js: "import { createRequire as basinCreateRequire } from 'node:module'; const require = basinCreateRequire(import.meta.url);",
    },
  },
  {
    ...common,
    entryPoints: { webview: 'webview/main.ts' },
    platform: 'browser',
    target: 'chrome128',
    format: 'esm',
    loader: { '.ttf': 'file' },
  },
];
const results = await Promise.all(builds.map(options => esbuild.build(options)));
const metafile = option('metafile');
if (metafile) writeFileSync(metafile, JSON.stringify(results.map(result => result.metafile)));
