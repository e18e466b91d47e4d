import type {
  Container,
  Pod,
  PodSpec,
  ServiceAccount,
  Volume,
  VolumeMount,
} from '../../../api/generated/types.ts';
import { randomSuffix } from '../../../kernel/random.ts';
import { cacheOf } from '../server.ts';
import type { VerbCall } from '../verb.ts';
import { admitted, forbid, concernsCore, notAdmitted, type AdmissionPlugin } from './plugin.ts';
import { copyWith } from '../../../base/copy.ts';

/** Where a container finds its token. */
const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
/** An hour and seven seconds: told apart from an hour that somebody asked for. */
const TOKEN_SECONDS = 3607;
/** Pods that a kubelet made from files; the API server only mirrors them. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** Gives each Pod its service account, and its containers the account's token. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',

  concerns: (place) => place.isCreation && concernsCore(place, 'Pod'),

  admit(call, change) {
    const pod = change.next as Pod;
    const { annotations } = pod.metadata;
    if (annotations !== undefined && Object.hasOwn(annotations, MIRROR_ANNOTATION)) {
      return admitted(pod);
    }
    const name = pod.spec.serviceAccountName || 'default';
    const { namespace } = call.target;
    const account = cacheOf(call.server, 'serviceaccounts').objects.get(
      `/registry/serviceaccounts/${namespace}/${name}`,
    ) as ServiceAccount | undefined;
    if (account === undefined) {
      const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
      // The default account of a new namespace is about to be made.
      return notAdmitted({ ...forbid(call, change, why), mayPass: name === 'default' });
    }
    const own: Partial<PodSpec> = {
      serviceAccountName: name,
      serviceAccount: name,
      ...pullSecrets(pod.spec, account),
    };
    const mounting = mountsToken(pod, account) ? withToken(call, pod.spec) : pod.spec;
    return admitted(copyWith(pod, { spec: copyWith(mounting, own) }));
  },
};

function mountsToken({ spec }: Pod, account: ServiceAccount): boolean {
  return spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
}

function pullSecrets(
  { imagePullSecrets = [] }: PodSpec,
  account: ServiceAccount,
): Pick<PodSpec, 'imagePullSecrets'> | undefined {
  const { imagePullSecrets: ofAccount = [] } = account;
  return imagePullSecrets.length > 0 || ofAccount.length === 0
    ? undefined
    : { imagePullSecrets: ofAccount };
}

function withToken(call: VerbCall, spec: PodSpec): PodSpec {
  const volumeName = freeVolumeName(call, spec.volumes ?? []);
  const mount: VolumeMount = { mountPath: TOKEN_PATH, name: volumeName, readOnly: true };
  const containers = mounted(spec.containers, mount);
  const initContainers =
    spec.initContainers === undefined ? undefined : mounted(spec.initContainers, mount);
  if (containers === spec.containers && initContainers === spec.initContainers) return spec;
  const volumes = [...(spec.volumes ?? []), { name: volumeName, ...tokenVolume }];
  return initContainers === undefined
    ? copyWith(spec, { containers, volumes })
    : copyWith(spec, { containers, initContainers, volumes });
}

function freeVolumeName({ server }: VerbCall, volumes: readonly Volume[]): string {
  const stream = server.env.random('names');
  for (;;) {
    const name = `kube-api-access-${randomSuffix(stream, 5)}`;
    if (!volumes.some((each) => each.name === name)) return name;
  }
}

/** The containers with the mount, but for those that have something else at its place. */
function mounted(containers: readonly Container[], mount: VolumeMount): readonly Container[] {
  let changed = false;
  const result = containers.map((container) => {
    const mounts = container.volumeMounts ?? [];
    if (mounts.some((each) => each.mountPath === TOKEN_PATH)) return container;
    changed = true;
    return copyWith(container, { volumeMounts: [...mounts, mount] });
  });
  return changed ? result : containers;
}

/** The token, the cluster's certificate authority and the namespace, as files. Shared by all Pods. */
const tokenVolume: Omit<Volume, 'name'> = Object.freeze({
  projected: Object.freeze({
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
  }),
});
