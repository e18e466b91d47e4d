import type { ConnectionLost } from '../../kernel/kernel.ts';
import { nextUint32 } from '../../kernel/random.ts';
import type { CriNetworkState } from '../messages.ts';
import type { CniConfigure } from '../network/packets.ts';
import type { ContainerdEnv, Runtime } from './state.ts';

/**
 * The network plugin as the runtime meets it: a configuration in `/etc/cni/net.d`, which stays, and calls that need its
 * agent, which may be gone.
 */

const SOCKET = '/run/cni-agent/cni-agent.sock';

/** Whether Pods can be given a network. */
export function networkState({ disk, memory, config }: Runtime): CriNetworkState {
  if (!disk.network.configured) return 'uninitialized';
  return config.cniAgent === undefined || memory.agentUp ? 'ready' : 'agent-down';
}

/** The agent has written the configuration and listens on its socket. */
export function configureNetwork(
  runtime: Runtime,
  { podCidr }: CniConfigure,
  env: ContainerdEnv,
): void {
  const { disk, memory } = runtime;
  disk.podCidr = podCidr;
  disk.network.configured = true;
  memory.agentUp = true;
  tellKubelet(runtime, env);
}

/** The agent has ended: its socket refuses. */
export function agentGone(runtime: Runtime, { peer }: ConnectionLost, env: ContainerdEnv): void {
  if (peer !== runtime.config.cniAgent || !runtime.memory.agentUp) return;
  runtime.memory.agentUp = false;
  tellKubelet(runtime, env);
}

function tellKubelet(runtime: Runtime, env: ContainerdEnv): void {
  env.send(runtime.config.kubelet, { type: 'cri/network', network: networkState(runtime) });
}

/** Why a sandbox cannot be given a network now; undefined: it can. */
export function addFailure(runtime: Runtime, env: ContainerdEnv): string | undefined {
  switch (networkState(runtime)) {
    case 'ready':
      return undefined;
    case 'uninitialized':
      return `rpc error: code = Unknown desc = failed to setup network for sandbox "${sandboxId(env)}": cni plugin not initialized`;
    case 'agent-down':
      return `rpc error: code = Unknown desc = failed to setup network for sandbox "${sandboxId(env)}": plugin type="cni-agent" failed (add): unable to connect to the agent: dial unix ${SOCKET}: connect: connection refused`;
  }
}

/** Why a sandbox's network cannot be taken down now; undefined: it can. */
export function deleteFailure(runtime: Runtime, env: ContainerdEnv): string | undefined {
  if (networkState(runtime) === 'ready') return undefined;
  return `rpc error: code = Unknown desc = failed to destroy network for sandbox "${sandboxId(env)}": plugin type="cni-agent" failed (delete): unable to connect to the agent: dial unix ${SOCKET}: connect: connection refused`;
}

/** The number of a sandbox that is being made; sandboxes of Pods that run are known by the Pod's UID here. */
function sandboxId(env: ContainerdEnv): string {
  const stream = env.random('sandbox-ids');
  let id = '';
  for (let i = 0; i < 8; i++) id += nextUint32(stream).toString(16).padStart(8, '0');
  return id;
}
