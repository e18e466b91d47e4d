import type { Pod, PodSpec, ServiceAccount, Volume } from '../../../api/generated/types.ts';
import { withToken } from '../../../api/token-volume.ts';
import { copyWith } from '../../../base/copy.ts';
import { createRecent } from '../../../base/recent.ts';
import { randomSuffix } from '../../../kernel/random.ts';
import type { VerbCall } from '../verb.ts';
import { askedCaches } from './cached.ts';
import { admitted, concernsCore, forbid, notAdmitted, type AdmissionPlugin } from './plugin.ts';

/** Pods that a kubelet made from files; the API server only mirrors them. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

/** Gives each Pod its service account. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',

  concerns: (place) => place.isCreation && concernsCore(place, 'Pod'),

  admit(call, change) {
    const pod = change.next as Pod;
    if (isMirror(pod)) return admitted(pod);
    const account = accountOf(call, pod);
    const { namespace } = call.target;
    const name = pod.spec.serviceAccountName || 'default';
    if (account === undefined) {
      const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
      // The default account of a new namespace is about to be made.
      return notAdmitted({ ...forbid(call, change, why), mayPass: name === 'default' });
    }
    const spec =
      withAccounts.find(pod.spec, account, undefined) ??
      withAccounts.keep(pod.spec, account, undefined, withAccount(pod.spec, name, account));
    return admitted(copyWith(pod, { spec }));
  },
};

/**
 * Gives the containers of each Pod the account's token. Upstream's plugin does both; here the token comes last, as the
 * name of its volume is drawn for each Pod, while all before is the same for the Pods of one template, and is shared.
 */
export const serviceAccountToken: AdmissionPlugin = {
  name: 'ServiceAccountToken',

  concerns: (place) => place.isCreation && concernsCore(place, 'Pod'),

  admit(call, change) {
    const pod = change.next as Pod;
    const account = isMirror(pod) ? undefined : accountOf(call, pod);
    if (account === undefined || !mountsToken(pod, account)) return admitted(pod);
    const spec = withToken(pod.spec, freeVolumeName(call, pod.spec.volumes ?? []));
    return admitted(spec === pod.spec ? pod : copyWith(pod, { spec }));
  },
};

const withAccounts = createRecent<PodSpec, ServiceAccount, undefined, PodSpec>();

function withAccount(spec: PodSpec, name: string, account: ServiceAccount): PodSpec {
  const own: Partial<PodSpec> = { serviceAccountName: name, serviceAccount: name };
  return copyWith(spec, { ...own, ...pullSecrets(spec, account) });
}

function isMirror({ metadata: { annotations } }: Pod): boolean {
  return annotations !== undefined && Object.hasOwn(annotations, MIRROR_ANNOTATION);
}

function accountOf({ server, target }: VerbCall, { spec }: Pod): ServiceAccount | undefined {
  const name = spec.serviceAccountName || 'default';
  const { namespace } = target;
  // Pods come in rows of one account; a text put together anew would be hashed anew.
  if (name !== lastName || namespace !== lastNamespace) {
    lastName = name;
    lastNamespace = namespace;
    lastKey = `/registry/serviceaccounts/${namespace}/${name}`;
  }
  // The cache of service accounts holds nothing else.
  return askedCaches(server).serviceAccounts.objects.get(lastKey) as ServiceAccount | undefined;
}

let lastName = '';
let lastNamespace = '';
let lastKey = '';

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

function freeVolumeName({ server }: VerbCall, volumes: readonly Volume[]): string {
  const stream = server.env.random('names');
  for (;;) {
    const name = `kube-api-access-${randomSuffix(stream, 5)}`;
    if (!volumes.some((each) => each.name === name)) return name;
  }
}
