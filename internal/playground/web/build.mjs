// Builds the page into ../dist: hashed names under assets/, everything gzipped, and index.html, which the server fills in.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, '..', 'dist');

// import { tabs, hash } from 'examples:' gives every examples/NN-Name.graphql, in the order of their numbers, with its variables.
const examples = {
  name: 'examples',
  setup(build) {
    const folder = path.join(here, 'examples');
    build.onResolve({ filter: /^examples:$/ }, () => ({ path: 'all', namespace: 'examples' }));
    build.onLoad({ filter: /.*/, namespace: 'examples' }, async () => {
      const names = (await readdir(folder)).sort();
      const tabs = names.filter(name => name.endsWith('.graphql')).map(async name => {
        const variables = name.replace(/graphql$/, 'json');
        return {
          query: await readFile(path.join(folder, name), 'utf8'),
          variables: names.includes(variables) ? (await readFile(path.join(folder, variables), 'utf8')).trim() : '',
        };
      });
      const all = JSON.stringify(await Promise.all(tabs));
      return { contents: `export const tabs = ${all};\nexport const hash = '${digest(all)}';`, loader: 'js' };
    });
  },
};

// Two modules of the dependencies do what the Content-Security-Policy forbids; ours do the same within it.
const replacements = {
  name: 'replacements',
  setup(build) {
    const own = file => ({ path: path.join(here, 'src', file) });
    // Writes the text of a <style> element.
    build.onResolve({ filter: /^react-style-singleton$/ }, () => own('style-singleton.js'));
    // Asks the object store for each picture's headers with fetch().
    build.onResolve({ filter: /\/image-preview(\.js)?$/ }, args =>
      args.importer.includes('@graphiql') ? own('image-preview.jsx') : undefined);
  },
};

// The licences of everything in the bundle travel with it.
async function licences(inputs) {
  const packages = new Set(inputs.map(input => input.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[0]).filter(Boolean));
  const parts = [...packages].sort().map(async folder => {
    const about = JSON.parse(await readFile(path.join(here, folder, 'package.json'), 'utf8'));
    const file = (await readdir(path.join(here, folder))).find(name => /^licen[cs]e/i.test(name));
    const text = file ? await readFile(path.join(here, folder, file), 'utf8') : 'Licence: ' + about.license;
    return `${about.name} ${about.version}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(parts)).join('\n' + '-'.repeat(80) + '\n\n');
}

const digest = contents => createHash('sha256').update(contents).digest('hex').slice(0, 12);

async function emptyDist() {
  await mkdir(dist, { recursive: true });
  const old = (await readdir(dist)).filter(name => name !== '.gitignore');
  await Promise.all(old.map(name => rm(path.join(dist, name), { recursive: true })));
  await mkdir(path.join(dist, 'assets'));
}

// Writes assets/NAME-HASH.EXT.gz and gives the address without the .gz: the server decides by Accept-Encoding.
async function asset(name, contents) {
  const { name: base, ext } = path.parse(name);
  const hash = digest(contents);
  const address = `assets/${base}-${hash}${ext}`;
  const packed = gzipSync(contents, { level: 9 });
  await writeFile(path.join(dist, address + '.gz'), packed);
  console.log(`${address}  ${Buffer.byteLength(contents)} bytes, ${packed.length} gzipped`);
  return '/' + address;
}

const started = performance.now();
const result = await build({
  absWorkingDir: here,
  entryPoints: { app: 'src/main.jsx' },
  outdir: 'dist',
  bundle: true,
  minify: true,
  metafile: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [examples, replacements],
});
const output = ext => result.outputFiles.find(file => file.path.endsWith(ext)).text;
// GraphiQL's own fonts are two thirds of the style sheet and know no Hangul; the system's are as good to read.
const style = output('.css').replace(/@font-face\{[^}]*\}/g, '');

await emptyDist();
const addresses = {
  '%SCRIPT%': await asset('app.js', output('.js')),
  '%STYLE%': await asset('app.css', style),
  '%ICON%': await asset('favicon.svg', await readFile(path.join(here, 'src', 'favicon.svg'), 'utf8')),
  '%LICENCES%': await asset('licences.txt', await licences(Object.keys(result.metafile.inputs))),
};
const page = await readFile(path.join(here, 'src', 'index.html'), 'utf8');
await writeFile(path.join(dist, 'index.html'), page.replace(/%[A-Z]+%/g, name => addresses[name]));
console.log(`built in ${Math.round(performance.now() - started)} ms`);
