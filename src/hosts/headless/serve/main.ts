import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { tokenOfKubeconfig } from './kubeconfig.ts';
import { readServeOptions, USAGE, type ServeOptions } from './options.ts';
import { serveCluster } from './serve.ts';

/** `npm run serve`: the cluster for a real kubectl, helm or client library. */
const options = readServeOptions(process.argv.slice(2));
if (options.ok) await main(options.value);
else {
  console.error(`${options.error}\n${USAGE}`);
  process.exitCode = 2;
}

async function main(settings: ServeOptions): Promise<void> {
  // Tests look at another build than that in dist/.
  const pageFolder = resolve(process.env['KUBARIUM_DIST'] ?? 'dist');
  const fileOf = (port: number | string): string =>
    resolve(settings.kubeconfig ?? `.cache/serve/kubeconfig-${port}`);
  // Pages and clients that knew the server before find it again with the token that they have.
  const token = tokenIn(fileOf(settings.port));
  const served = await serveCluster({ ...settings, pageFolder, token });
  const file = fileOf(new URL(served.address).port);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, served.kubeconfig, { mode: 0o600 });
  if (!served.allNodesReady) console.error('not all nodes are Ready yet');
  console.log(`ready ${served.address} (export KUBECONFIG=${file})`);
  console.log(
    served.page === undefined
      ? 'page: not built (npm run build), or attach one from elsewhere with ?cluster=ADDRESS'
      : `page  ${served.page}`,
  );
  const end = (): void => {
    void served.close().then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  endWithParent(end);
}

/** The token of a kubeconfig that was written here before; undefined: there is none. */
function tokenIn(file: string): string | undefined {
  try {
    return tokenOfKubeconfig(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** npm and the runner are between a person's signal and this process: when they are gone, so is the reason to serve. */
function endWithParent(end: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 500).unref();
}
