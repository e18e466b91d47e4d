import {
  createEngineClient,
  workerTransport,
  type EngineTransport,
} from './bridge/engine-client.ts';
import { attachSource, clusterOfPage } from './ui/attach/cluster-link.ts';

/**
 * The page's entry: starts the engine's worker and, while that loads, fetches the page that looks at it.
 * The session opens when somebody listens.
 */
const root = document.getElementById('root');
const cluster = clusterOfPage();
if (root !== null) {
  const client = createEngineClient(() =>
    cluster === undefined ? engineTransport() : attachedTransport(cluster),
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

function engineTransport(): EngineTransport {
  const worker = new Worker(new URL('./hosts/worker/opening.ts', import.meta.url), {
    type: 'module',
    name: 'kubarium-engine',
  });
  return workerTransport(worker);
}

/** For a cluster that runs elsewhere: going on with it means to attach it. */
function attachedTransport(address: string): EngineTransport {
  const worker = new Worker(new URL('./hosts/attach/worker.ts', import.meta.url), {
    type: 'module',
    name: 'kubarium-attached',
  });
  const transport = workerTransport(worker);
  return {
    ...transport,
    post(message) {
      const isResume = message.type === 'open' && message.session.kind === 'resume';
      transport.post(isResume ? { type: 'open', session: attachSource(address) } : message);
    },
  };
}
