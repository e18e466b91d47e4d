import { aggregatedKinds } from '../aggregation/services.ts';
import { aggregatedRequest } from '../streams/proxy.ts';
import { discoveryAnswer } from '../discovery/discovery.ts';
import { issuerAnswer } from '../discovery/issuer.ts';
import { healthAnswer } from '../health/probe.ts';
import { servedKinds } from '../discovery/resources.ts';
import { metricsText } from '../metrics-text.ts';
import type { Stage } from './stage.ts';

/** What the server tells of itself: health, its version, what it serves. */
export const serveItself: Stage = (exchange, server) => {
  const { request } = exchange;
  if (request.path === '/metrics' && request.method === 'GET') {
    const contentType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
    return { kind: 'reply', code: 200, body: metricsText(server), contentType };
  }
  const address = `${server.config.advertiseAddress}:6443`;
  const own = servedKinds(server.memory.custom.definitions);
  const others = aggregatedKinds(server);
  return (
    healthAnswer(exchange, server) ??
    discoveryAnswer(request, {
      address,
      kinds: others.length === 0 ? own : [...own, ...others],
    }) ??
    issuerAnswer(request, { address }) ??
    aggregatedRequest(server, exchange)
  );
};
