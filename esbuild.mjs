// Bundles the three programs: the extension (CommonJS, as VS Code 1.100 loads it), the worker with its command line and
// computing thread (ES modules, onnxruntime-node left outside), TensorFlow.js, and the pages of panels.
// --production minifies and leaves source maps out; --outdir=FOLDER is `dist` by default; --metafile=FILE lists what went in.
import { copyFileSync, writeFileSync } from 'node:fs';
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
      hdf5: 'worker/io/hdf5/thread.ts',
    },
    format: 'esm',
    // h5wasm keeps its WebAssembly in a text, which escapes would make four times as long.
    charset: 'utf8',
    external: ['onnxruntime-node'],
    // Bundled CommonJS packages call `require` for Node's own modules.
    banner: {
      js: "import { createRequire as basinCreateRequire } from 'node:module'; const require = basinCreateRequire(import.meta.url);",
    },
  },
  {
    ...node,
    entryPoints: { tfjs: 'worker/engine/tfjs/bundled.ts' },
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // TensorFlow.js would load it to fetch models over the network, which nobody asks it to.
    external: ['node-fetch'],
    // It keeps its engine, backends and kernels in globals, which another copy in the same process would share and spoil.
    banner: { js: 'const global = Object.create(globalThis);' },
  },
  {
    ...common,
    entryPoints: { webview: 'webview/main.ts', run: 'webview/run/main.ts', compare: 'webview/compare/main.ts' },
    platform: 'browser',
    target: 'chrome128',
    format: 'esm',
    loader: { '.ttf': 'file' },
  },
];
const results = await Promise.all(builds.map(options => esbuild.build(options)));
// TensorFlow.js reads its WebAssembly from a file; every Node that Basin runs on has its vector instructions.
const wasm = 'tfjs-backend-wasm-simd.wasm';
copyFileSync(`node_modules/@tensorflow/tfjs-backend-wasm/dist/${wasm}`, `${outdir}/${wasm}`);
const metafile = option('metafile');
if (metafile) writeFileSync(metafile, JSON.stringify(results.map(result => result.metafile)));
