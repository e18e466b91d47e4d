import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineClient } from '../../bridge/engine-client.ts';
import type { Frame, LabCommand, PageApiRequest, PageApiResponse } from '../../bridge/protocol.ts';
import { thingOf } from '../../view/selection.ts';
import { aFrame, aNode, aPod, aWorkload } from '../../view/testing/cards.ts';
import { createView, type View } from '../../view/view.ts';
import { useActivity } from '../state/activity.ts';
import { drainAction } from './drain-action.ts';
import { actionsFor } from './index.ts';
import { powerOffAction } from './node-actions.ts';
import { runAction } from './run-action.ts';
import { suggestionsFor } from './suggestions.ts';
import { undoRolloutAction } from './workload-actions.ts';

/** A page whose engine answers what the test says, and remembers what it was asked. */
function aPage(answer: (request: PageApiRequest) => Partial<PageApiResponse> = () => ({})) {
  const view = createView({ onWanted: () => undefined });
  const asked: PageApiRequest[] = [];
  const commands: LabCommand[] = [];
  const answering: Partial<EngineClient> = {
    async api(request) {
      asked.push(request);
      return { code: 200, body: {}, warnings: [], ...answer(request) };
    },
    async lab(command) {
      commands.push(command);
      return undefined;
    },
  };
  // Actions use nothing else of it.
  const client = answering as EngineClient;
  return { page: { view, client }, view, asked, commands };
}

function take(view: View, frame: Partial<Frame>): void {
  view.take({ type: 'frame', frame: aFrame(frame) });
}

const node = aNode({ id: 'n1', name: 'node-1' });

function thing(view: View, id: string) {
  const found = thingOf(view, id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

beforeEach(() => useActivity.setState({ activities: [] }));

describe('actions', () => {
  test('what is offered follows the state: a cordoned node can be uncordoned, not cordoned', () => {
    const { page, view } = aPage();
    take(view, { nodes: { upsert: [{ ...node, unschedulable: true }], remove: [] } });
    const ids = actionsFor(thing(view, 'n1'), page).map((action) => action.id);
    expect(ids).toContain('node.uncordon');
    expect(ids).not.toContain('node.cordon');
  });

  test('a fault turns its button into the one that mends', () => {
    const { page, view } = aPage();
    const fault = {
      id: 'f',
      kind: 'power-off',
      title: '',
      params: { machine: 'node-1' },
      since: 0,
    };
    take(view, {
      nodes: { upsert: [{ ...node, machine: 'node-1' }], remove: [] },
      faults: [fault],
    });
    const ids = actionsFor(thing(view, 'n1'), page).map((action) => action.id);
    expect(ids).toContain('node.power-on');
    expect(ids).not.toContain('node.power-off');
  });

  test('an act shows on its object at once and ends with an answer', async () => {
    const { page, view, commands } = aPage();
    take(view, { nodes: { upsert: [node], remove: [] } });
    const done = runAction(powerOffAction, thing(view, 'n1'), page);
    expect(useActivity.getState().activities[0]).toMatchObject({
      state: 'pending',
      targets: ['n1'],
    });
    await done;
    expect(useActivity.getState().activities[0]).toMatchObject({ state: 'done' });
    expect(commands).toEqual([
      { kind: 'inject-fault', fault: 'power-off', params: { machine: 'n1' } },
    ]);
  });

  test('a refusal is told in the words of its Status', async () => {
    const { page, view } = aPage(() => ({
      code: 409,
      body: { reason: 'Conflict', message: 'the object has been modified' },
    }));
    take(view, { nodes: { upsert: [node], remove: [] } });
    const cordon = actionsFor(thing(view, 'n1'), page).find(({ id }) => id === 'node.cordon');
    if (cordon === undefined) throw new Error('no cordon');
    await runAction(cordon, thing(view, 'n1'), page);
    expect(useActivity.getState().activities[0]).toMatchObject({
      state: 'failed',
      message: 'Conflict: the object has been modified',
    });
  });
});

describe('drain', () => {
  test('cordons, asks again where a budget says no, and waits until the Pods are gone', async () => {
    let refusals = 1;
    const { page, view, asked } = aPage((request) =>
      request.path.endsWith('/b/eviction') && refusals-- > 0
        ? { code: 429, body: { reason: 'TooManyRequests', message: 'disruption budget' } }
        : {},
    );
    const pods = ['a', 'b'].map((id) => aPod({ id, node: 'node-1', queue: '' }));
    const daemon = aPod({ id: 'd', node: 'node-1', queue: '', ownerKind: 'DaemonSet' });
    take(view, {
      full: true,
      nodes: { upsert: [node], remove: [] },
      pods: { upsert: [...pods, daemon], remove: [] },
    });
    const done = runAction(drainAction, thing(view, 'n1'), page);
    let now = 0;
    const clock = setInterval(() => {
      now += 2_000_000;
      // In the end both are gone.
      take(view, { now, pods: { upsert: [], remove: now > 20_000_000 ? ['a', 'b'] : [] } });
    }, 1);
    const outcome = await done;
    clearInterval(clock);
    expect(outcome).toEqual({ ok: true, message: 'node/node-1 drained, 2 Pods evicted' });
    const evictions = asked
      .filter(({ path }) => path.endsWith('/eviction'))
      .map(({ path }) => path);
    expect(evictions).toEqual([
      '/api/v1/namespaces/default/pods/a/eviction',
      '/api/v1/namespaces/default/pods/b/eviction',
      '/api/v1/namespaces/default/pods/b/eviction',
    ]);
  });
});

describe('undo of a rollout', () => {
  test('takes the template of the revision before, without its hash', async () => {
    const template = { metadata: { labels: { app: 'web', 'pod-template-hash': 'abc' } }, spec: {} };
    const { page, view, asked } = aPage((request) =>
      request.method === 'GET' ? { body: { spec: { template } } } : {},
    );
    const sets = ['1', '2', '3'].map((revision) =>
      aWorkload({ id: `rs${revision}`, kind: 'ReplicaSet', ownerId: 'dep', revision }),
    );
    take(view, {
      workloads: {
        upsert: [aWorkload({ id: 'dep', name: 'web', revision: '3' }), ...sets],
        remove: [],
      },
    });
    await runAction(undoRolloutAction, thing(view, 'dep'), page);
    expect(asked.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
      'GET /apis/apps/v1/namespaces/default/replicasets/rs2',
      'PATCH /apis/apps/v1/namespaces/default/deployments/web',
    ]);
    expect(asked[1]?.body).toEqual([
      {
        op: 'replace',
        path: '/spec/template',
        value: { metadata: { labels: { app: 'web' } }, spec: {} },
      },
    ]);
  });
});

describe('suggestions', () => {
  const labels = (page: Parameters<typeof suggestionsFor>[0]): readonly string[] =>
    suggestionsFor(page).map(({ label }) => label);
  const nodes = [1, 2, 3].map((at) => aNode({ id: `n${at}`, name: `node-${at}` }));

  test('an empty cluster is offered a first deployment', () => {
    const { page, view } = aPage();
    take(view, { full: true, nodes: { upsert: nodes, remove: [] } });
    expect(labels(page)).toEqual([
      'Deploy web ×3',
      'Power off node-2',
      'Stop the scheduler, then deploy',
    ]);
  });

  test('with something broken, mending comes first', () => {
    const { page, view } = aPage();
    const fault = {
      id: 'f',
      kind: 'power-off',
      title: '',
      params: { machine: 'node-2' },
      since: 0,
    };
    take(view, { full: true, nodes: { upsert: nodes, remove: [] }, faults: [fault] });
    expect(labels(page).slice(0, 2)).toEqual(['Mend it', 'Wait at ×20']);
  });

  test('with the scheduler stopped, it is offered to start it', () => {
    const { page, view } = aPage();
    const params = { process: 'kube-scheduler-cp-1' };
    const fault = { id: 'f', kind: 'process-stopped', title: '', params, since: 0 };
    take(view, { full: true, nodes: { upsert: nodes, remove: [] }, faults: [fault] });
    expect(labels(page)[0]).toBe('Start the scheduler');
  });
});
