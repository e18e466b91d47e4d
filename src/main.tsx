import { createEngineClient, workerTransport } from './bridge/engine-client.ts';

/**
 * The page's entry: starts the engine's worker and, while that loads, fetches the page that looks at it.
 * The session opens when somebody listens.
 */
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
  void import('./ui/mount.tsx').then(({ mountPage }) => {
    mountPage(root, client);
    client.open({ kind: 'resume' });
  });
  // A reload or a closed tab must not lose the last seconds; `hidden` comes early enough for a write.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) client.send({ type: 'save' });
  });
  window.addEventListener('pagehide', () => client.send({ type: 'save' }));
}
