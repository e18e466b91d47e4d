import type { APIService } from '../../../api/generated/types.ts';
import { ownRequest } from '../own/own-request.ts';
import { cacheOf, timestamp, type Server } from '../server.ts';
import { API_SERVICES, backendsOf } from './services.ts';

/** Notes that something has changed that availability may hang on: an APIService, a Service or its endpoints. */
export function noteAggregation({ memory }: Server): void {
  const services = memory.caches.get(API_SERVICES);
  if (services === undefined || services.objects.size === 0) return;
  memory.aggregationIsDue = true;
  memory.hasErrands = true;
}

/** Writes the condition Available of every APIService whose state has changed. */
export function tendApiServices(server: Server): void {
  const { memory } = server;
  if (!memory.etcdUp || memory.own.waiting > 0) return;
  memory.aggregationIsDue = false;
  for (const object of cacheOf(server, API_SERVICES).objects.values()) {
    const service = object as APIService; // The folder holds them alone.
    const { metadata, status } = service;
    const now = conditionOf(server, service);
    const before = status?.conditions?.find(({ type }) => type === 'Available');
    if (
      before?.status === now.status &&
      before.reason === now.reason &&
      before.message === now.message
    )
      continue;
    const condition = { type: 'Available', ...now, lastTransitionTime: timestamp(server) };
    server.env.resumeCause(undefined);
    server.env.note(`${metadata.name ?? ''}: ${now.message}`);
    ownRequest(server, {
      method: 'PUT',
      path: `/apis/apiregistration.k8s.io/v1/apiservices/${metadata.name ?? ''}/status`,
      body: { ...service, status: { conditions: [condition] } },
    });
  }
}

function conditionOf(
  server: Server,
  service: APIService,
): { readonly status: string; readonly reason: string; readonly message: string } {
  if (service.spec?.service === undefined) {
    return { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };
  }
  const state = backendsOf(server, service);
  return state.ok
    ? { status: 'True', reason: 'Passed', message: 'all checks passed' }
    : { status: 'False', reason: state.reason, message: state.message };
}
