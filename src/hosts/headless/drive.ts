import type { KubeClient, KubeRequest, KubeResponse } from '../../kubectl/kube-client.ts';
import { CONTROL_PLANE_LABEL } from '../../cluster/set-up.ts';
import { MILLISECOND, MINUTE, SECOND, type Micros } from '../../kernel/time.ts';
import type { Session } from '../session.ts';

/**
 * Drives a world as fast as it goes, for commands without a person: requests are answered by letting
 * virtual time pass until the answer is there.
 */
export interface Driver {
  readonly session: Session;
  readonly client: KubeClient;
  /** Lets virtual time pass. */
  run(micros: Micros): void;
  /** One request, answered within a virtual minute or not at all (`code` 0). */
  request(request: KubeRequest): KubeResponse;
}

export function createDriver(session: Session): Driver {
  function run(micros: Micros): void {
    session.advance(session.world.now + micros, Number.MAX_SAFE_INTEGER);
  }

  function request(wanted: KubeRequest): KubeResponse {
    let answer: KubeResponse | undefined;
    session.request(wanted, {
      onResponse(response) {
        answer = response;
      },
    });
    const deadline = session.world.now + 2 * MINUTE;
    while (answer === undefined && session.world.now < deadline) run(MILLISECOND);
    return answer ?? { code: 0, body: { message: 'no answer' }, warnings: [] };
  }

  return { session, run, request, client: { request: async (wanted) => request(wanted) } };
}

/**
 * Lets time pass until every node is Ready, `nodes` of them beside the control plane's own, at most two virtual minutes;
 * false when they are not.
 */
export function untilNodesReady(driver: Driver, nodes: number): boolean {
  for (let second = 0; second < 120; second++) {
    driver.run(SECOND);
    const { body } = driver.request({ method: 'GET', path: '/api/v1/nodes' });
    const items = (body as { items?: readonly NodeLike[] } | undefined)?.items ?? [];
    const workers = items.filter((node) => !isControlPlane(node));
    const isReady = items.every((node) =>
      node.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True'),
    );
    if (isReady && items.length > 0 && workers.length === nodes) return true;
  }
  return false;
}

function isControlPlane({ metadata }: NodeLike): boolean {
  const labels = metadata?.labels;
  return labels !== undefined && Object.hasOwn(labels, CONTROL_PLANE_LABEL);
}

interface NodeLike {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}
