import { badRequestError } from '../../../api/status-error.ts';
import type { ApiRequest, StreamCall } from '../../messages.ts';
import { userOf } from '../authorization/attributes.ts';
import { authorize } from '../authorization/authorize.ts';
import { forbiddenRequest } from '../authorization/refusal.ts';
import { attributesOf } from '../authorization/request-attributes.ts';
import { PENDING, refuse, type Answer } from '../exchange.ts';
import { isTrue, type VerbCall } from '../verb.ts';
import { containerOf, kubeletOf, podOf } from './location.ts';
import { openServed } from './relay.ts';

/** exec, attach and port-forward: the server opens the stream at the kubelet and passes on what both sides say. */
export function connectPod(call: VerbCall): Answer {
  const { server, exchange, target } = call;
  const { request } = exchange;
  const refused = mayNotConnect(call);
  if (refused !== undefined) return refused;
  const found = podOf(call);
  if (!('pod' in found)) return found;
  const { pod } = found;
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const isForward = target.subresource === 'portforward';
  const container = isForward ? '' : containerOf(pod, request.query['container'] ?? '');
  if (typeof container !== 'string' && !container.ok) return refuse(container.error);
  const node = pod.spec.nodeName ?? '';
  if (node === '') return refuse(badRequestError(`pod ${name} does not have a host assigned`));
  const kubelet = kubeletOf(server, node);
  if (!kubelet.ok) return refuse(kubelet.error);
  if (request.upgrade !== true) {
    return refuse(badRequestError('Upgrade request required'));
  }
  const wanted = streamCall(request, target.subresource);
  if (typeof wanted === 'string') return refuse(badRequestError(wanted));
  const of = typeof container === 'string' ? container : container.value;
  const where = [namespace, name, ...(isForward ? [] : [of])].join('/');
  openServed(server, exchange, {
    kubelet: kubelet.value,
    path: `/${isForward ? 'portForward' : target.subresource}/${where}${queryText(request, target.subresource)}`,
    open: { namespace, pod: name, podUid: uid, container: of, call: wanted },
  });
  return PENDING;
}

/** A WebSocket begins with a GET; whoever opens one must be allowed to create all the same (since 1.35). */
function mayNotConnect({ server, exchange }: VerbCall): Answer | undefined {
  const { request } = exchange;
  if (request.method !== 'GET') return undefined;
  const user = userOf(request);
  if (request.user === 'system:apiserver' || user.groups.includes('kubeadm:cluster-admins')) {
    return undefined;
  }
  const asked = attributesOf(request);
  if (asked.kind !== 'resource') return undefined;
  const wanted = { ...asked, verb: 'create' } as const;
  const decision = authorize(server, user, wanted);
  return decision.allowed ? undefined : refuse(forbiddenRequest(user, wanted, decision.reason));
}

function streamCall({ query, command = [] }: ApiRequest, subresource: string): StreamCall | string {
  const tty = isTrue(query['tty']);
  const stdin = isTrue(query['stdin']);
  const silent = isTrue(query['silent']);
  switch (subresource) {
    case 'portforward': {
      const text = query['ports'] ?? '';
      const port = text === '' ? 0 : Number(text);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        return `unable to parse "${text}" as a port: strconv.ParseUint: parsing "${text}": invalid syntax`;
      }
      return Object.freeze({ kind: 'port-forward', port });
    }
    case 'attach':
      return Object.freeze({ kind: 'attach', stdin, tty, silent });
    default:
      if (command.length === 0) return 'you must specify at least 1 of stdin, stdout, stderr';
      return Object.freeze({
        kind: 'exec',
        command: Object.freeze([...command]),
        stdin,
        tty,
        silent,
      });
  }
}

/** How the kubelet is asked, in the order of Go's encoder. */
function queryText({ query, command = [] }: ApiRequest, subresource: string): string {
  if (subresource === 'portforward') return '';
  const parts = command.map((word) => `command=${encodeURIComponent(word).replaceAll('%20', '+')}`);
  const names = { stderr: 'error', stdin: 'input', stdout: 'output', tty: 'tty' } as const;
  for (const [name, own] of Object.entries(names)) if (isTrue(query[name])) parts.push(`${own}=1`);
  return `?${parts.join('&')}`;
}
