import type { Pod, PodSpec } from '../../../api/generated/types.ts';
import { claimsOfPod } from '../../../api/pod-volume-claims.ts';
import type { RequestSite } from '../request-site.ts';
import { cacheOf, type Server } from '../server.ts';
import type { Attributes, ResourceAttributes, UserInfo } from './attributes.ts';
import { policyOf, visitRules, type Policy } from './policy.ts';
import { coversResource, includesOrAll, ruleAllows } from './rules.ts';

/** What the authorizers say; `reason` is put behind the refusal. */
export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: string };

const ALLOWED: Decision = Object.freeze({ allowed: true });
const DENIED: Decision = Object.freeze({ allowed: false, reason: '' });

/**
 * The chain of authorizers, `--authorization-mode=Node,RBAC`: members of system:masters, then what a node may read of
 * its own Pods, then the roles. The playground's administrator is never locked out, whatever becomes of his binding.
 */
export function authorize(
  server: Server,
  user: UserInfo,
  asked: Attributes,
  /** What the roles grant where it is asked, if that is known. */
  granted?: boolean | readonly string[],
): Decision {
  if (isSuperuser(user)) return ALLOWED;
  if (asked.kind === 'resource' && user.name.startsWith('system:node:')) {
    const own = nodeDecision(server, user.name.slice('system:node:'.length), asked);
    if (own !== undefined) return own;
  }
  if (granted === undefined || asked.kind === 'path') {
    return isGranted(policyOf(server), user, asked) ? ALLOWED : DENIED;
  }
  return grantsName(granted, asked.name) ? ALLOWED : DENIED;
}

function isSuperuser({ groups }: UserInfo): boolean {
  return groups.includes('system:masters') || groups.includes('kubeadm:cluster-admins');
}

/** What a node may read hangs on its Pods. */
const ofItsPods: ReadonlySet<string> = new Set([
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'serviceaccounts',
]);

/** Whether what a site's user may do there does not hang on the roles alone. */
export function hangsOnPods({ user, group, resource }: RequestSite): boolean {
  return user.name.startsWith('system:node:') && group === '' && ofItsPods.has(resource);
}

/** What the roles grant at a site: everything, nothing, or objects of these names. */
export function grantedAt(policy: Policy, site: RequestSite): boolean | readonly string[] {
  const { user, verb, group, resource, subresource, authorizedNamespace: namespace } = site;
  return grantedNames(policy, user, {
    kind: 'resource',
    verb,
    group,
    resource,
    subresource,
    namespace,
    name: '',
  });
}

/** Whether a role grants it. */
function isGranted(policy: Policy, user: UserInfo, asked: Attributes): boolean {
  if (asked.kind === 'path') {
    let found = false;
    visitRules(
      policy,
      user,
      '',
      (rules) => (found = rules.some((rule) => ruleAllows(rule, asked))),
    );
    return found;
  }
  return grantsName(grantedNames(policy, user, asked), asked.name);
}

function grantsName(granted: boolean | readonly string[], name: string): boolean {
  return typeof granted === 'boolean' ? granted : granted.includes(name);
}

function grantedNames(
  policy: Policy,
  user: UserInfo,
  asked: ResourceAttributes,
): boolean | readonly string[] {
  const names = new Set<string>();
  let all = false;
  visitRules(policy, user, asked.namespace, (rules) => {
    for (const rule of rules) {
      if (!includesOrAll(rule.verbs, asked.verb) || !coversResource(rule, asked)) continue;
      const { resourceNames = [] } = rule;
      if (resourceNames.length === 0) {
        all = true;
        return true;
      }
      for (const each of resourceNames) names.add(each);
    }
    return false;
  });
  return all || (names.size === 0 ? false : [...names]);
}

const readVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/**
 * What a node may do for being that node (upstream: the Node authorizer, by its graph of Pods and what they mention).
 * Undefined leaves it to the roles: system:node gives the rest.
 */
function nodeDecision(
  server: Server,
  node: string,
  asked: ResourceAttributes,
): Decision | undefined {
  const { group, resource, subresource, namespace, name, verb } = asked;
  if (group === 'coordination.k8s.io' && resource === 'leases') {
    return namespace === 'kube-node-lease' && (name === node || verb === 'create')
      ? ALLOWED
      : undefined;
  }
  if (group !== '') return undefined;
  switch (resource) {
    case 'secrets':
    case 'configmaps':
    case 'persistentvolumeclaims':
      if (!readVerbs.has(verb)) return undefined;
      if (name === '') return deniedNode(node, 'can only read namespaced object of this type');
      return isMentioned(server, node, asked)
        ? ALLOWED
        : deniedNode(node, 'no relationship found between node and this object');
    case 'serviceaccounts':
      if (subresource !== 'token' || verb !== 'create') return undefined;
      return isMentioned(server, node, asked)
        ? ALLOWED
        : deniedNode(node, 'no relationship found between node and this object');
    default:
      return undefined;
  }
}

function deniedNode(node: string, why: string): Decision {
  return {
    allowed: false,
    reason: why.startsWith('no relationship')
      ? `no relationship found between node '${node}' and this object`
      : why,
  };
}

/** Whether a Pod on a node mentions an object: in its volumes, environment or image pull secrets, or as its account. */
function isMentioned(
  server: Server,
  node: string,
  { namespace, name, resource }: ResourceAttributes,
): boolean {
  const pods = cacheOf(server, 'pods');
  for (const key of pods.byNode.get(node) ?? []) {
    // The cache of pods holds nothing else.
    const pod = pods.objects.get(key) as Pod | undefined;
    if (pod?.metadata.namespace !== namespace) continue;
    const isIt =
      resource === 'persistentvolumeclaims'
        ? claimsOfPod(pod).some(({ claimName }) => claimName === name)
        : mentionsOf(pod.spec).has(`${resource}/${name}`);
    if (isIt) return true;
  }
  return false;
}

const mentions = new WeakMap<PodSpec, ReadonlySet<string>>();

/** All but claims, some of which are called after the Pod. */
function mentionsOf(spec: PodSpec): ReadonlySet<string> {
  let known = mentions.get(spec);
  if (known === undefined) {
    known = readMentions(spec);
    mentions.set(spec, known);
  }
  return known;
}

function readMentions(spec: PodSpec): ReadonlySet<string> {
  const found = new Set<string>();
  const secret = (name: string | undefined) => found.add(`secrets/${name ?? ''}`);
  const config = (name: string | undefined) => found.add(`configmaps/${name ?? ''}`);
  if (spec.serviceAccountName !== undefined)
    found.add(`serviceaccounts/${spec.serviceAccountName}`);
  for (const each of spec.imagePullSecrets ?? []) secret(each.name);
  for (const volume of spec.volumes ?? []) {
    if (volume.secret !== undefined) secret(volume.secret.secretName);
    if (volume.configMap !== undefined) config(volume.configMap.name);
    for (const source of volume.projected?.sources ?? []) {
      if (source.secret !== undefined) secret(source.secret.name);
      if (source.configMap !== undefined) config(source.configMap.name);
    }
  }
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    for (const { secretRef, configMapRef } of container.envFrom ?? []) {
      if (secretRef !== undefined) secret(secretRef.name);
      if (configMapRef !== undefined) config(configMapRef.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      if (valueFrom?.secretKeyRef !== undefined) secret(valueFrom.secretKeyRef.name);
      if (valueFrom?.configMapKeyRef !== undefined) config(valueFrom.configMapKeyRef.name);
    }
  }
  return found;
}
