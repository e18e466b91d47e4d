import type { ApiRequest } from '../../messages.ts';
import type { Reply } from '../exchange.ts';
import type { Server } from '../server.ts';
import { allReady } from '../storage/feed.ts';

/** The probes of the server: alive, and ready once every copy is filled and etcd answers. */
export function healthAnswer({ path }: ApiRequest, server: Server): Reply | undefined {
  switch (path) {
    case '/livez':
      return text(200, 'ok');
    case '/healthz':
    case '/readyz': {
      const failed = failedChecks(server);
      return failed.length === 0 ? text(200, 'ok') : text(500, report(path, failed));
    }
    default:
      return undefined;
  }
}

function failedChecks(server: Server): readonly string[] {
  const failed: string[] = [];
  if (!server.memory.etcdUp) failed.push('etcd');
  if (!allReady(server)) failed.push('informer-sync');
  return failed;
}

function report(path: string, failed: readonly string[]): string {
  const lines = ['ping', 'etcd', 'informer-sync'].map((check) =>
    failed.includes(check) ? `[-]${check} failed: reason withheld` : `[+]${check} ok`,
  );
  return `${lines.join('\n')}\n${path.slice(1)} check failed\n`;
}

function text(code: number, body: string): Reply {
  return { kind: 'reply', code, body, contentType: 'text/plain; charset=utf-8' };
}
