import { createRecent } from '../../base/recent.ts';
import { duplicate, forbidden, invalid } from '../field-errors.ts';
import type { ContainerStatus, Pod, PodCondition } from '../generated/types.ts';
import { dns1123SubdomainErrors } from '../names/dns.ts';
import { isCanonicalIpv4 } from '../names/ip-address.ts';
import { ipErrors } from '../names/ip-errors.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { addMessages, checkImmutable, type Errors } from './fields.ts';

/** What a kubelet may report (upstream: ValidatePodStatusUpdate). */
export function checkPodStatusUpdate(next: Pod, old: Pod, errors: Errors): void {
  const status = next.status;
  const before = old.status;
  if (status === undefined || status === before) return;
  const { conditions } = status;
  if (
    conditions !== undefined &&
    conditions !== before?.conditions &&
    validConditions.find(conditions, undefined, undefined) !== true
  ) {
    checkConditionTypes(conditions, before?.conditions, errors);
  }
  const nominated = status.nominatedNodeName ?? '';
  if (nominated !== '' && nominated !== before?.nominatedNodeName) {
    const messages = dns1123SubdomainErrors(nominated);
    addMessages(messages, nominated, 'status.nominatedNodeName', errors);
  }
  if (before?.qosClass !== undefined && status.qosClass !== before.qosClass) {
    checkImmutable(status.qosClass, before.qosClass, 'status.qosClass', errors);
  }
  checkTransitions(next, old, errors);
  if (status.podIPs !== before?.podIPs) checkAddresses(status.podIPs, 'status.podIPs', errors);
  if (status.hostIPs !== before?.hostIPs) {
    checkAddresses(status.hostIPs, 'status.hostIPs', errors);
    const first = status.hostIPs?.[0]?.ip;
    if (first !== undefined && first !== status.hostIP) {
      errors.push(invalid('status.hostIPs[0].ip', first, 'must be equal to `hostIP`'));
    }
  }
}

// Pods that change together share their conditions, of which some lists go about at a time. A memo only.
const validConditions = createRecent<readonly PodCondition[], undefined, undefined, true>(4);

function checkConditionTypes(
  conditions: readonly PodCondition[],
  before: readonly PodCondition[] | undefined,
  errors: Errors,
): void {
  const count = errors.length;
  for (let index = 0; index < conditions.length; index += 1) {
    const type = conditions[index]?.type ?? '';
    // What was there is known to be valid.
    if (type !== '' && type === before?.[index]?.type) continue;
    const messages = qualifiedNameErrors(type);
    if (messages.length === 0) continue;
    addMessages(messages, type, `metadata.conditions[${index}].Type`, errors);
  }
  if (errors.length === count) validConditions.keep(conditions, undefined, undefined, true);
}

/** A container that has ended for good cannot be running again. */
function checkTransitions(next: Pod, old: Pod, errors: Errors): void {
  if (old.spec.restartPolicy !== 'Always') checkEndedContainers(next, old, errors);
  const ephemeral = old.status?.ephemeralContainerStatuses;
  if (ephemeral === undefined) return;
  const path = 'status.ephemeralContainerStatuses';
  const isSpared = (): boolean => false;
  checkNotRevived(next.status?.ephemeralContainerStatuses, ephemeral, path, isSpared, errors);
}

function checkEndedContainers(next: Pod, old: Pod, errors: Errors): void {
  const policy = old.spec.restartPolicy;
  const restartable = new Set(
    (old.spec.initContainers ?? [])
      .filter((each) => each.restartPolicy === 'Always')
      .map((each) => each.name),
  );
  for (const field of ['containerStatuses', 'initContainerStatuses'] as const) {
    if (next.status?.[field] === old.status?.[field]) continue;
    const isSpared = (status: ContainerStatus): boolean =>
      (policy === 'OnFailure' && status.state?.terminated?.exitCode !== 0) ||
      (field === 'initContainerStatuses' && restartable.has(status.name));
    checkNotRevived(next.status?.[field], old.status?.[field], `status.${field}`, isSpared, errors);
  }
}

function checkNotRevived(
  statuses: readonly ContainerStatus[] | undefined,
  before: readonly ContainerStatus[] | undefined,
  path: string,
  isSpared: (status: ContainerStatus) => boolean,
  errors: Errors,
): void {
  for (const [index, old] of (before ?? []).entries()) {
    if (old.state?.terminated === undefined || isSpared(old)) continue;
    const now = statuses?.find((each) => each.name === old.name);
    if (now === undefined || now.state?.terminated !== undefined) continue;
    errors.push(
      forbidden(`${path}[${index}].state`, 'may not be transitioned to non-terminated state'),
    );
  }
}

function checkAddresses(
  addresses: readonly { readonly ip?: string }[] | undefined,
  path: string,
  errors: Errors,
): void {
  const list = addresses ?? [];
  const only = list[0];
  if (only === undefined) return;
  if (list.length === 1) {
    const { ip = '' } = only;
    if (!isCanonicalIpv4(ip)) errors.push(...ipErrors(`${path}[0]`, ip));
    return;
  }
  const seen = new Set<string>();
  for (const [index, { ip = '' }] of list.entries()) {
    errors.push(...ipErrors(`${path}[${index}]`, ip));
    if (seen.has(ip)) errors.push(duplicate(`${path}[${index}]`, { IP: ip }));
    seen.add(ip);
  }
  const families = new Set(list.map(({ ip = '' }) => ip.includes(':')));
  if (list.length > 2 || families.size !== 2) {
    errors.push(
      invalid(
        path,
        list.map(({ ip = '' }) => ({ IP: ip })),
        'may specify no more than one IP for each IP family',
      ),
    );
  }
}
