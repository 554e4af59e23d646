/** What the .vsix holds, file by file. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { strFromU8, unzipSync } from 'fflate';
import { vsix } from './vsix.ts';

const platform = `${process.platform}/${process.arch}`;

/** Every file of the package matches one of these, and every one of these matches a file. */
const expected = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package\.json$/,
  /^extension\/readme\.md$/,
  /^extension\/changelog\.md$/,
  /^extension\/LICENSE\.txt$/,
  /^extension\/media\/[\w.-]+\.(png|svg)$/,
  /^extension\/media\/basin\.schema\.json$/,
  /^extension\/media\/walkthrough\/\w+\.md$/,
  /^extension\/dist\/extension\.cjs$/,
  /^extension\/dist\/(worker|lane|probe|cli|hdf5)\.js$/,
  /^extension\/dist\/tfjs(\.cjs|-backend-wasm-simd\.wasm)$/,
  /^extension\/dist\/(webview|run|compare)\.(js|css)$/,
  /^extension\/dist\/THIRD_PARTY_LICENSES\.txt$/,
  /^extension\/node_modules\/onnxruntime-(node|common)\/package\.json$/,
  /^extension\/node_modules\/onnxruntime-node\/dist\/\w+\.js$/,
  /^extension\/node_modules\/onnxruntime-common\/dist\/cjs\/([\w-]+\.js|package\.json)$/,
  new RegExp(`^extension/node_modules/onnxruntime-node/bin/napi-v6/${platform}/[\\w.]+$`),
];

describe('the package', () => {
  const archive = readFileSync(vsix);
  const names: string[] = [];
  const manifests = unzipSync(archive, {
    filter: ({ name }) => {
      names.push(name);
      return name === 'extension/package.json';
    },
  });

  it('holds what it needs and nothing else', () => {
    console.log(`note: the package is ${(archive.length / 1e6).toFixed(1)} MB in ${names.length} files`);
    assert.deepEqual(
      names.filter(name => !expected.some(pattern => pattern.test(name))),
      [],
      'not on the list',
    );
    assert.deepEqual(
      expected.filter(pattern => !names.some(name => pattern.test(name))),
      [],
      'on the list, and missing',
    );
  });

  it('has a manifest without scripts', () => {
    const manifest = JSON.parse(strFromU8(manifests['extension/package.json'] ?? new Uint8Array()));
    assert.deepEqual(Object.keys(manifest.dependencies), ['onnxruntime-node']);
    assert.equal(manifest.scripts, undefined);
    assert.equal(manifest.devDependencies, undefined);
  });
});
