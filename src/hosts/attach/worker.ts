import { BRIDGE_PATH } from '../../bridge/attach.ts';
import type { EngineMessage, PageMessage, SessionSource } from '../../bridge/protocol.ts';
import { readAddress, type ClusterAddress } from './address.ts';
import { createApiClient } from './api-client.ts';
import { createApiEngine } from './api-engine.ts';
import { createBridgeEngine } from './bridge-engine.ts';
import { answerWithout, type AttachedEngine } from './engine.ts';

/**
 * The thread of a page that is attached to a cluster elsewhere: it speaks the same protocol as an engine's, and has none.
 */
type AttachSource = Extract<SessionSource, { kind: 'attach' }>;

let engine: AttachedEngine | undefined;

function post(message: EngineMessage): void {
  self.postMessage(message);
}

self.onmessage = ({ data: message }: MessageEvent<PageMessage>) => {
  if (message.type === 'open') open(message.session);
  else if (engine !== undefined) engine.receive(message);
  else {
    const answer = answerWithout(message, 'no cluster is attached');
    if (answer !== undefined) post(answer);
  }
};

function open(source: SessionSource): void {
  if (source.kind !== 'attach') {
    post({
      type: 'refused',
      message:
        'This page is attached to a cluster that runs elsewhere. Leave it (menu “Cluster”) to begin one here.',
    });
    return;
  }
  engine?.close();
  engine = undefined;
  const address = readAddress(source.address, source.page);
  if (!address.ok) post({ type: 'attach-problem', problem: address.error });
  else void attach(address.value, source);
}

async function attach(address: ClusterAddress, { address: written, token }: AttachSource) {
  const viaApi = (): void => {
    const api = createApiClient(address, { written, token });
    void api.problem().then((problem) => {
      if (problem === undefined) engine = createApiEngine(api, { written, post });
      else post({ type: 'attach-problem', problem });
    });
  };
  // The server of this page can be asked whether it has a bridge; another one only by trying.
  if (address.isSameOrigin && !(await hasBridge(address))) viaApi();
  else engine = createBridgeEngine({ address, written, token, post, onNever: viaApi });
}

async function hasBridge({ base }: ClusterAddress): Promise<boolean> {
  return fetch(new URL(BRIDGE_PATH.slice(1), base), { cache: 'no-store' }).then(
    ({ status }) => status === 426,
    () => false,
  );
}
