import { createEngineClient, workerTransport } from './bridge/engine-client.ts';
import { mountPage } from './ui/mount.tsx';

/** The page's entry: starts the engine's worker, and the page that looks at it. */
const root = document.getElementById('root');
if (root !== null) {
  const client = createEngineClient(() =>
    workerTransport(
      new Worker(new URL('./hosts/worker/worker.ts', import.meta.url), {
        type: 'module',
        name: 'kubarium-engine',
      }),
    ),
  );
  mountPage(root, client);
  client.open({ kind: 'resume' });
}
