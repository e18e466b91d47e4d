import { createRoot } from 'react-dom/client';
import type { EngineClient } from '../bridge/engine-client.ts';
import { createView } from '../view/view.ts';
import { withActsRecorded } from './acts.ts';
import { App } from './app.tsx';
import { PageProvider } from './page.tsx';
import './theme/index.css';
import { whenIdle } from './when-idle.ts';

/** Puts the page into `root`, fed by the engine behind `client`, and keeps the two in step. */
export function mountPage(root: HTMLElement, client: EngineClient): void {
  let wantedDue = false;
  const view = createView({
    onWanted() {
      // Panels that close and open in one step of React would else subscribe twice.
      if (wantedDue) return;
      wantedDue = true;
      queueMicrotask(subscribe);
    },
  });
  function subscribe(): void {
    wantedDue = false;
    client.send({ type: 'subscribe', paths: view.wantedPaths() });
  }

  let framesTaken = 0;
  client.onMessage((message) => {
    const seq = view.take(message);
    if (message.type === 'ready') {
      subscribe();
      framesTaken = 0;
    }
    if (seq !== undefined && ++framesTaken === FRAMES_OF_A_LIFE) {
      whenIdle(() => client.send({ type: 'shown' }));
    }
    // The next frame is asked for when this one has been drawn: so frames never queue up.
    if (seq !== undefined) onNextFrame(() => client.send({ type: 'ack', seq }));
  });

  void openLinkedScenario();
  window.addEventListener('hashchange', () => void openLinkedScenario());

  createRoot(root).render(
    <PageProvider page={{ view, client: withActsRecorded(client, view) }}>
      <App />
    </PageProvider>,
  );
}

/** A scenario in the address is shown, and played when the person says so. */
async function openLinkedScenario(): Promise<void> {
  if (!location.hash.startsWith('#scenario=')) return;
  const [{ textOfLink }, { openScenario }] = await Promise.all([
    import('./scenario/scenario-link.ts'),
    import('./scenario/open-scenario.ts'),
  ]);
  openScenario((await textOfLink(location.hash)) ?? '');
}

/** One frame is a picture; with the next its clock moves. */
const FRAMES_OF_A_LIFE = 2;
/** Long enough for a hidden page, whose animation frames do not come. */
const HIDDEN_MILLIS = 250;

function onNextFrame(act: () => void): void {
  if (document.hidden) setTimeout(act, HIDDEN_MILLIS);
  else requestAnimationFrame(act);
}
