import { copyWith } from '../base/copy.ts';
import type { Container, PodSpec, Volume, VolumeMount } from './generated/types.ts';

/** The volume by which the API server hands a Pod its service account's token (upstream: admission's ServiceAccount). */

/** Where a container finds its token. */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and seven seconds: told apart from an hour that somebody asked for. */
const TOKEN_SECONDS = 3607;

/** The token, the cluster's certificate authority and the namespace, as files. Shared by all Pods. */
const tokenVolume: NonNullable<Volume['projected']> = Object.freeze({
  sources: Object.freeze([
    { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
    { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
    {
      downwardAPI: {
        items: [
          { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } },
        ],
      },
    },
  ]),
  defaultMode: 0o644,
});

// The spec that last got a token, and what it was before. A memo only.
let last: { readonly spec: PodSpec; readonly before: PodSpec } | undefined;

/**
 * The spec with the token's volume, under a name that no volume of it has, and mounts of it in all containers, but for
 * those that have something else at its place. The very same spec when that is all of them.
 */
export function withToken(spec: PodSpec, volumeName: string): PodSpec {
  const mount: VolumeMount = { mountPath: TOKEN_PATH, name: volumeName, readOnly: true };
  const containers = mounted(spec.containers, mount);
  const initContainers =
    spec.initContainers === undefined ? undefined : mounted(spec.initContainers, mount);
  if (containers === spec.containers && initContainers === spec.initContainers) return spec;
  const volume: Volume = { name: volumeName, projected: tokenVolume };
  const volumes = spec.volumes === undefined ? [volume] : [...spec.volumes, volume];
  const result =
    initContainers === undefined
      ? copyWith(spec, { containers, volumes })
      : copyWith(spec, { containers, initContainers, volumes });
  last = { spec: result, before: spec };
  return result;
}

/**
 * The spec before it got its token, if it is the last one that did, else itself. All Pods of one template are the same
 * before, while the name of each one's volume is its own; and a token changes nothing of what is checked or counted of
 * a spec, so that this is done once for all of them.
 */
export function withoutToken(spec: PodSpec): PodSpec {
  return last?.spec === spec ? last.before : spec;
}

/** The containers with the mount, but for those that have something else at its place. */
function mounted(containers: readonly Container[], mount: VolumeMount): readonly Container[] {
  let changed: Container[] | undefined;
  for (let i = 0; i < containers.length; i += 1) {
    const container = containers[i] as Container; // In range by the loop.
    const { volumeMounts: mounts = NO_MOUNTS } = container;
    if (mounts.some((each) => each.mountPath === TOKEN_PATH)) continue;
    const volumeMounts = mounts.length === 0 ? [mount] : [...mounts, mount];
    changed ??= containers.slice();
    changed[i] = copyWith(container, { volumeMounts });
  }
  return changed ?? containers;
}

const NO_MOUNTS: readonly VolumeMount[] = Object.freeze([]);

/** Whether a token makes no difference to validation: no device may be at its place, and there is an account of it. */
export function hasRoomForToken(spec: PodSpec): boolean {
  const { containers, initContainers, serviceAccountName = '' } = spec;
  if (serviceAccountName === '' || haveDevices(containers)) return false;
  return initContainers === undefined || !haveDevices(initContainers);
}

function haveDevices(containers: readonly Container[]): boolean {
  for (let i = 0; i < containers.length; i += 1) {
    if ((containers[i]?.volumeDevices?.length ?? 0) > 0) return true;
  }
  return false;
}
