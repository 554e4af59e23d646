// npm run package [-- --target linux-x64] [--out FILE]: a .vsix for one platform, this machine's by default.
// The package is staged as a folder of exactly the files it should hold: a production build, the pictures, and of ONNX
// Runtime what loads on that platform. Its installer and the packages only that needs stay out.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { installPackages, main, root, run, SetupError } from './setup.mjs';

const modules = join(root, 'node_modules');
const binaries = join(modules, 'onnxruntime-node', 'bin', 'napi-v6');

await main(async () => {
  installPackages();
  const { values } = parseArgs({ options: { target: { type: 'string' }, out: { type: 'string' } } });
  const target = values.target ?? `${process.platform}-${process.arch}`;
  const out = values.out ?? join(root, `basin-${readJson(join(root, 'package.json')).version}-${target}.vsix`);
  const staged = join(root, 'out', `package-${target}`);
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true });

  stageExtension(staged);
  stageOnnxRuntime(staged, target);
  const metafile = join(root, 'out', `package-${target}.json`);
  run(process.execPath, ['esbuild.mjs', '--production', `--outdir=${join(staged, 'dist')}`, `--metafile=${metafile}`]);
  writeFileSync(join(staged, 'dist', 'THIRD_PARTY_LICENSES.txt'), thirdPartyLicences(readJson(metafile)));

  const vsce = createRequire(import.meta.url)('@vscode/vsce');
  // The README's links stay relative: its pictures are in the package.
  const readme = { rewriteRelativeLinks: false, allowMissingRepository: true };
  await vsce.createVSIX({ cwd: staged, target, packagePath: out, ...readme });
  console.log(`${relative(root, out)}: ${(statSync(out).size / 1e6).toFixed(1)} MB`);
});

function stageExtension(staged) {
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE', 'media', '.vscodeignore']) {
    if (!existsSync(join(root, file))) throw new SetupError(`${file}: missing; the package needs it.`);
    cpSync(join(root, file), join(staged, file), { recursive: true });
  }
  const { scripts: _, devDependencies: __, private: ___, ...manifest } = readJson(join(root, 'package.json'));
  writeJson(join(staged, 'package.json'), manifest);
}

function stageOnnxRuntime(staged, target) {
  const [platform, architecture] = target.split('-');
  const native = join(binaries, platform, architecture ?? '');
  if (!architecture || !existsSync(native)) {
    const known = readdirSync(binaries).flatMap(name => readdirSync(join(binaries, name)).map(cpu => `${name}-${cpu}`));
    throw new SetupError(`--target ${target}: ONNX Runtime has no binary for it; choose one of ${known.join(', ')}.`);
  }
  const runtime = join(staged, 'node_modules', 'onnxruntime-node');
  copyScripts(join(modules, 'onnxruntime-node', 'dist'), join(runtime, 'dist'));
  // macOS gets the library twice in the npm package, under a versioned name that nothing refers to.
  const filter = file => !/\.\d+\.\d+\.\d+\.dylib$/.test(file);
  cpSync(native, join(runtime, 'bin', 'napi-v6', platform, architecture), { recursive: true, filter });
  const common = join(staged, 'node_modules', 'onnxruntime-common');
  copyScripts(join(modules, 'onnxruntime-common', 'dist', 'cjs'), join(common, 'dist', 'cjs'));

  // Only what Node needs to load them: no install scripts, and none of the dependencies that only those use.
  const { name, version, license, main } = readJson(join(modules, 'onnxruntime-node', 'package.json'));
  const { version: commonVersion } = readJson(join(modules, 'onnxruntime-common', 'package.json'));
  const dependencies = { 'onnxruntime-common': commonVersion };
  writeJson(join(runtime, 'package.json'), { name, version, license, main, dependencies });
  writeJson(join(common, 'package.json'), {
    name: 'onnxruntime-common',
    version: commonVersion,
    license,
    main: 'dist/cjs/index.js',
  });
}

/** Copies a folder's JavaScript and package.json files, without source maps and type declarations. */
function copyScripts(from, to) {
  const filter = file => statSync(file).isDirectory() || file.endsWith('.js') || basename(file) === 'package.json';
  cpSync(from, to, { recursive: true, filter });
}

/** The licences of every package that was bundled or is shipped, in one text. */
function thirdPartyLicences(metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = inputs.map(input => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(Boolean);
  const shipped = ['node_modules/onnxruntime-common', 'node_modules/onnxruntime-node'];
  return [...new Set([...folders, ...shipped])]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceOf(folder) {
  const { name, version, license, repository } = readJson(join(root, folder, 'package.json'));
  const file = readdirSync(join(root, folder)).find(entry => /^(licen[cs]e|copying)/i.test(entry));
  const texts = join(root, 'scripts', 'licences');
  const source = file ? join(root, folder, file) : join(texts, `${name.replace('/', '__')}.txt`);
  if (!existsSync(source)) {
    throw new SetupError(
      `${folder}: the package (${license}) carries no licence text; add it as ${relative(root, source)}.`,
    );
  }
  const home = typeof repository === 'string' ? repository : (repository?.url ?? '');
  return `${name} ${version} (${license})\n${home}\n\n${readFileSync(source, 'utf8').trim()}\n`;
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
