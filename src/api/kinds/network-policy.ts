import { changeField, changeOrMake, mapSame } from '../defaults/fill.ts';
import { forbidden, invalid, notSupported, required } from '../field-errors.ts';
import type {
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '../generated/types.ts';
import { cidrContains, parseCidr } from '../names/ip-address.ts';
import { cidrErrors } from '../names/ip-errors.ts';
import { networkPolicyTable } from '../printers/networking.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkProtocol } from '../validation/containers.ts';
import { checkPortNumberOrName, type Errors } from '../validation/fields.ts';
import { checkLabelSelector } from '../validation/labels.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import { networkPolicyWarnings } from '../warnings/objects.ts';
import { defineKind } from './define-kind.ts';
import { raiseGenerationIf, specChanged, withGeneration } from './generation.ts';

/** Which pods may talk to which. */
export const networkPolicyKind = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  namespaced: true,
  table: networkPolicyTable,

  defaults: (policy) => changeOrMake(policy, 'spec', {}, defaultSpec),
  warnings: networkPolicyWarnings,
  prepareForCreate: (policy) => withGeneration(policy, 1),
  prepareForUpdate: (next, old) => raiseGenerationIf(specChanged(next, old), next, old),
  validate: (policy) =>
    collectErrors((errors) => {
      checkObjectMeta(policy.metadata, true, subdomainName, errors);
      checkSpec(policy.spec, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      if (next.spec !== old.spec) checkSpec(next.spec, errors);
    }),
});

/** Ports are TCP's; a policy is about what comes in, and about what goes out where it says anything of that. */
function defaultSpec(spec: NetworkPolicySpec): NetworkPolicySpec {
  const ports = (list: readonly NetworkPolicyPort[]): readonly NetworkPolicyPort[] =>
    mapSame(list, (port) => (port.protocol ? port : { ...port, protocol: 'TCP' }));
  let result = changeField(spec, 'ingress', (rules) =>
    mapSame(rules, (rule) => changeField(rule, 'ports', ports)),
  );
  result = changeField(result, 'egress', (rules) =>
    mapSame(rules, (rule) => changeField(rule, 'ports', ports)),
  );
  if ((result.policyTypes ?? []).length > 0) return result;
  return {
    ...result,
    policyTypes: (result.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'],
  };
}

const policyTypes = ['Ingress', 'Egress'];

function checkSpec(spec: NetworkPolicySpec, errors: Errors): void {
  checkLabelSelector(spec.podSelector, 'spec.podSelector', errors);
  for (const [index, rule] of (spec.ingress ?? []).entries()) {
    checkRule(rule.ports, rule.from, `spec.ingress[${index}]`, 'from', errors);
  }
  for (const [index, rule] of (spec.egress ?? []).entries()) {
    checkRule(rule.ports, rule.to, `spec.egress[${index}]`, 'to', errors);
  }
  const types: readonly string[] = spec.policyTypes ?? [];
  if (types.length > policyTypes.length) {
    errors.push(invalid('spec.policyTypes', types, 'may not specify more than two policyTypes'));
    return;
  }
  for (const [index, type] of types.entries()) {
    if (!policyTypes.includes(type)) {
      errors.push(notSupported(`spec.policyTypes[${index}]`, type, policyTypes));
    }
  }
}

function checkRule(
  ports: readonly NetworkPolicyPort[] | undefined,
  peers: readonly NetworkPolicyPeer[] | undefined,
  path: string,
  peersField: string,
  errors: Errors,
): void {
  for (const [index, port] of (ports ?? []).entries()) {
    checkPort(port, `${path}.ports[${index}]`, errors);
  }
  for (const [index, peer] of (peers ?? []).entries()) {
    checkPeer(peer, `${path}.${peersField}[${index}]`, errors);
  }
}

function checkPort(
  { protocol, port, endPort }: NetworkPolicyPort,
  path: string,
  errors: Errors,
): void {
  if (protocol !== undefined) checkProtocol(protocol, `${path}.protocol`, errors);
  if (port !== undefined) checkPortNumberOrName(port, `${path}.port`, errors);
  if (endPort === undefined) return;
  const at = `${path}.endPort`;
  if (port === undefined) {
    errors.push(required(`${path}.port`, 'must be specified when `endPort` is specified'));
  } else if (typeof port === 'string') {
    errors.push(invalid(at, endPort, 'may not be specified when `port` is non-numeric'));
  } else if (endPort < port) {
    errors.push(invalid(at, endPort, 'must be greater than or equal to `port`'));
  } else checkPortNumberOrName(endPort, at, errors);
}

function checkPeer(peer: NetworkPolicyPeer, path: string, errors: Errors): void {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  checkLabelSelector(podSelector, `${path}.podSelector`, errors);
  checkLabelSelector(namespaceSelector, `${path}.namespaceSelector`, errors);
  const hasSelector = podSelector !== undefined || namespaceSelector !== undefined;
  if (ipBlock === undefined) {
    if (!hasSelector) errors.push(required(path, 'must specify a peer'));
    return;
  }
  if (hasSelector) {
    const message = 'may not specify both ipBlock and another peer';
    errors.push(forbidden(path, message));
  }
  const { cidr = '', except = [] } = ipBlock;
  if (cidr === '') errors.push(required(`${path}.ipBlock.cidr`));
  else errors.push(...cidrErrors(`${path}.ipBlock.cidr`, cidr));
  for (const [index, each] of except.entries()) {
    const at = `${path}.ipBlock.except[${index}]`;
    const problems = cidrErrors(at, each);
    errors.push(...problems);
    const inner = parseCidr(each);
    const outer = parseCidr(cidr);
    if (problems.length > 0 || inner === undefined || outer === undefined) continue;
    if (cidrContains(outer, inner.address) && outer.prefixLength < inner.prefixLength) continue;
    errors.push(invalid(at, each, 'must be a strict subset of `cidr`'));
  }
}
