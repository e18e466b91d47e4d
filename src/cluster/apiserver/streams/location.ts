import type { Node, Pod } from '../../../api/generated/types.ts';
import { badRequestError, notFoundError, type StatusError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import { processNames } from '../../set-up.ts';
import { unreachableEtcd } from '../etcd-errors.ts';
import { refuse, type Answer } from '../exchange.ts';
import { cacheOf, type Server } from '../server.ts';
import type { VerbCall } from '../verb.ts';

/** Where the kubelet of a Pod's node listens. */
export interface KubeletLocation {
  /** The process that listens there. */
  readonly peer: string;
  /** `192.168.1.2:10250`. */
  readonly address: string;
}

const KUBELET_PORT = 10_250;

/** The kubelet of a node. */
export function kubeletOf(server: Server, node: string): Result<KubeletLocation, StatusError> {
  // The folder holds Nodes alone.
  const object = cacheOf(server, 'minions').objects.get(`/registry/minions/${node}`) as
    | Node
    | undefined;
  if (object === undefined) return refusal(notFoundError({ group: '', resource: 'nodes' }, node));
  const { addresses = [], daemonEndpoints } = object.status ?? {};
  const ip = addresses.find(({ type }) => type === 'InternalIP')?.address ?? node;
  const port = daemonEndpoints?.kubeletEndpoint?.Port ?? KUBELET_PORT;
  return success({ peer: processNames.kubelet(node), address: `${ip}:${port}` });
}

/**
 * The Pod that a subresource is about, as etcd has it now: upstream reads it from there, so that nothing of a container
 * can be seen while etcd is away.
 */
export function podOf({ server, target, at }: VerbCall): { readonly pod: Pod } | Answer {
  if (!server.memory.etcdUp) return refuse(unreachableEtcd());
  if (at.step === 0) return { kind: 'consult', step: 1 };
  const { kind, key, name } = target;
  const pod = cacheOf(server, kind.storage).objects.get(key) as Pod | undefined; // Of the Pods' folder.
  return pod === undefined
    ? refuse(notFoundError({ group: kind.group, resource: kind.plural }, name))
    : { pod };
}

/** The container that is meant: the one that is named, or the only one. */
export function containerOf({ metadata, spec }: Pod, wanted: string): Result<string, StatusError> {
  const pod = metadata.name ?? '';
  const names = (containers: readonly { readonly name: string }[] | undefined): readonly string[] =>
    (containers ?? []).map(({ name }) => name);
  const own = names(spec.containers);
  const init = names(spec.initContainers);
  const ephemeral = names(spec.ephemeralContainers);
  if (wanted !== '') {
    return [...own, ...init, ...ephemeral].includes(wanted)
      ? success(wanted)
      : refusal(badRequestError(`container ${wanted} is not valid for pod ${pod}`));
  }
  const [only] = own;
  if (own.length === 1 && only !== undefined) return success(only);
  let message = `a container name must be specified for pod ${pod}, choose one of: [${own.join(' ')}]`;
  if (init.length > 0) message += ` or one of the init containers: [${init.join(' ')}]`;
  if (ephemeral.length > 0) {
    message += ` or one of the ephemeral containers: [${ephemeral.join(' ')}]`;
  }
  return refusal(badRequestError(message));
}
