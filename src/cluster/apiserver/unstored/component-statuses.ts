import type { ComponentStatus } from '../../../api/generated/types.ts';
import { componentStatusKind } from '../../../api/kinds/unstored-kinds.ts';
import { methodNotAllowedError, notFoundError } from '../../../api/status-error.ts';
import { refuse, type Answer } from '../exchange.ts';
import { formOf, present, presentList } from '../reads/object-form.ts';
import { calendarMillis, type Server } from '../server.ts';
import type { Stage } from '../stages/stage.ts';

const PATH = /^\/api\/v1\/componentstatuses(?:\/([^/]+))?\/?$/;

/**
 * The parts of the control plane and how they are at this moment (upstream: the componentstatus registry, which asks each
 * for its health on this machine). Here a part is well while it holds a connection to this server.
 */
export const answerComponentStatus: Stage = ({ request }, server) => {
  const match = PATH.exec(request.path);
  if (match === null) return undefined;
  if (request.method !== 'GET') return refuse(methodNotAllowedError());
  const all = componentStatuses(server);
  const form = formOf(request);
  const as = { kind: componentStatusKind, form, now: calendarMillis(server) };
  const [, name] = match;
  if (name === undefined) return answered(presentList(all, { ...as, metadata: {} }));
  const found = all.find(({ metadata }) => metadata.name === name);
  return found === undefined
    ? refuse(notFoundError({ group: '', resource: 'componentstatuses' }, name))
    : answered(present(found, as));
};

function answered(body: unknown): Answer {
  const { deprecation = '' } = componentStatusKind;
  return { kind: 'reply', code: 200, body, warnings: [deprecation] };
}

function componentStatuses(server: Server): readonly ComponentStatus[] {
  const { etcdUp, watches } = server.memory;
  const isHeard = (name: string): boolean =>
    [...watches.byClient.keys()].some((client) => client.startsWith(`${name}-`));
  return [
    status('scheduler', isHeard('kube-scheduler'), '127.0.0.1:10259'),
    status('controller-manager', isHeard('kube-controller-manager'), '127.0.0.1:10257'),
    status('etcd-0', etcdUp, '127.0.0.1:2379'),
  ];
}

function status(name: string, isWell: boolean, address: string): ComponentStatus {
  const why = `Get "https://${address}/healthz": dial tcp ${address}: connect: connection refused`;
  return {
    apiVersion: 'v1',
    kind: 'ComponentStatus',
    metadata: { name },
    conditions: [
      isWell
        ? { type: 'Healthy', status: 'True', message: 'ok' }
        : { type: 'Healthy', status: 'False', message: why },
    ],
  };
}
