/**
 * Puts the opening world into the site: `import url from 'virtual:opening-world'` is the address of its archive, which is
 * made here, by the very engine that will go on with it.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const NAME = 'virtual:opening-world';
const RESOLVED = `\0${NAME}`;
const DEVELOPMENT_PATH = '/opening-world.json';

let made;

/** The text of the archive; made once a process. */
function openingWorld() {
  return (made ??= make());
}

async function make() {
  const { buildSync } = await import('esbuild');
  const outDir = join(root, '.cache', 'run');
  mkdirSync(outDir, { recursive: true });
  const outfile = join(outDir, `opening-world-${process.pid}.mjs`);
  buildSync({
    entryPoints: [join(root, 'src/hosts/opening/make-opening.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  try {
    const { openingArchive } = await import(pathToFileURL(outfile).href);
    return openingArchive();
  } finally {
    rmSync(outfile, { force: true });
  }
}

/** The plugin, for the page and for its workers. */
export function openingWorldPlugin() {
  let isBuild = false;
  return {
    name: 'opening-world',
    configResolved(config) {
      isBuild = config.command === 'build';
    },
    configureServer(server) {
      server.middlewares.use(DEVELOPMENT_PATH, (_request, response, next) => {
        openingWorld().then(
          (text) => response.setHeader('content-type', 'application/json').end(text),
          next,
        );
      });
    },
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    async load(id) {
      if (id !== RESOLVED) return undefined;
      if (!isBuild) return `export default ${JSON.stringify(DEVELOPMENT_PATH)};`;
      const reference = this.emitFile({
        type: 'asset',
        name: 'opening-world.json',
        source: await openingWorld(),
      });
      return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
    },
  };
}
