import {
  duplicate,
  forbidden,
  type FieldError,
  invalid,
  notFound,
  required,
} from '../field-errors.ts';
import type { ContainerResourceClaim, ResourceRequirements } from '../generated/types.ts';
import { dns1123SubdomainErrors } from '../names/dns.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { compareQuantities } from '../quantity/arithmetic.ts';
import { parseQuantity } from '../quantity/parse.ts';
import { type Quantity, zeroQuantity } from '../quantity/quantity.ts';
import { addMessages, checkDnsLabel, type Errors, notNegativeMessage } from './fields.ts';

/** Requests and limits of a container, and the names and amounts of resources anywhere. */

const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage']);
const standardResources = new Set([
  ...containerResources,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
]);
const wholeResources = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

export function isHugePages(resource: string): boolean {
  return resource.startsWith('hugepages-');
}

/** Names without a domain, or in the domain of Kubernetes itself. */
function isNative(resource: string): boolean {
  return !resource.includes('/') || resource.includes('kubernetes.io/');
}

/** Whether requests may stay below limits: not for devices and huge pages. */
function allowsOvercommit(resource: string): boolean {
  return isNative(resource) && !isHugePages(resource);
}

function isExtendedResource(resource: string): boolean {
  if (isNative(resource) || resource.startsWith('requests.')) return false;
  return qualifiedNameErrors(`requests.${resource}`).length === 0;
}

/** A resource's name wherever resources are named (upstream: validateResourceName). */
export function checkResourceName(resource: string, path: string, errors: Errors): boolean {
  const messages = qualifiedNameErrors(resource);
  addMessages(messages, resource, path, errors);
  if (messages.length > 0) return false;
  if (resource.includes('/') || standardResources.has(resource) || isHugePages(resource)) {
    return true;
  }
  errors.push(invalid(path, resource, 'must be a standard resource type or fully qualified'));
  return false;
}

/** The same for what a container may ask for. */
export function checkContainerResourceName(resource: string, path: string, errors: Errors): void {
  if (containerResources.has(resource)) return;
  checkResourceName(resource, path, errors);
  if (!resource.includes('/')) {
    if (!isHugePages(resource)) {
      errors.push(invalid(path, resource, 'must be a standard resource for containers'));
    }
  } else if (!isNative(resource) && !isExtendedResource(resource)) {
    errors.push(invalid(path, resource, "doesn't follow extended resource name standard"));
  }
}

/** An amount: not negative, and whole where the resource only comes in wholes. */
export function checkResourceAmount(
  resource: string,
  amount: string,
  path: string,
  errors: Errors,
): void {
  const quantity = quantityOf(amount);
  if (compareQuantities(quantity, zeroQuantity) < 0) {
    errors.push(invalid(path, amount, notNegativeMessage));
  }
  if ((wholeResources.has(resource) || isExtendedResource(resource)) && !isWhole(quantity)) {
    errors.push(invalid(path, amount, 'must be an integer'));
  }
}

function isWhole({ mantissa, scale }: Quantity): boolean {
  return scale >= 0 || mantissa % 10n ** BigInt(-scale) === 0n;
}

/** Stored quantities have been read once already; what is none counts as nothing. */
export function quantityOf(text: string | undefined): Quantity {
  if (text === undefined) return zeroQuantity;
  const parsed = parseQuantity(text);
  return parsed.ok ? parsed.value : zeroQuantity;
}

type NameCheck = typeof checkContainerResourceName;

const validRequirements = new WeakSet<ResourceRequirements>();

/** Requests and limits (upstream: validateResourceRequirements). `claimNames` are those of the pod. */
export function checkResourceRequirements(
  requirements: ResourceRequirements | undefined,
  claimNames: ReadonlySet<string>,
  path: string,
  errors: Errors,
  checkName: NameCheck = checkContainerResourceName,
): void {
  if (requirements === undefined || validRequirements.has(requirements)) return;
  const before = errors.length;
  const { limits = {}, requests = {}, claims } = requirements;
  for (const resource of Object.keys(limits)) {
    const amount = limits[resource] ?? '0';
    const at = `${path}.limits[${resource}]`;
    checkName(resource, at, errors);
    checkResourceAmount(resource, amount, at, errors);
    checkHugePages(resource, amount, at, errors);
  }
  for (const resource of Object.keys(requests)) {
    const amount = requests[resource] ?? '0';
    const at = `${path}.requests[${resource}]`;
    checkName(resource, at, errors);
    checkResourceAmount(resource, amount, at, errors);
    checkAgainstLimit(resource, amount, limits[resource], path, errors);
    checkHugePages(resource, amount, at, errors);
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbidden(path, 'HugePages require cpu or memory'));
  }
  if (claims !== undefined) checkClaims(claims, claimNames, `${path}.claims`, errors);
  // Claims are checked against the pod, so requirements with claims may be valid in one pod only.
  else if (errors.length === before && checkName === checkContainerResourceName) {
    validRequirements.add(requirements);
  }
}

function checkAgainstLimit(
  resource: string,
  amount: string,
  limit: string | undefined,
  path: string,
  errors: Errors,
): void {
  if (limit === undefined) {
    if (!allowsOvercommit(resource)) {
      errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    }
    return;
  }
  const order = amount === limit ? 0 : compareQuantities(quantityOf(amount), quantityOf(limit));
  if (order !== 0 && !allowsOvercommit(resource)) {
    errors.push(
      invalid(`${path}.requests`, amount, `must be equal to ${resource} limit of ${limit}`),
    );
  } else if (order > 0) {
    errors.push(
      invalid(
        `${path}.requests`,
        amount,
        `must be less than or equal to ${resource} limit of ${limit}`,
      ),
    );
  }
}

function checkHugePages(resource: string, amount: string, path: string, errors: Errors): void {
  if (!isHugePages(resource)) return;
  const page = parseQuantity(resource.slice('hugepages-'.length));
  const size = page.ok ? bytesOf(page.value) : 0n;
  const bytes = bytesOf(quantityOf(amount));
  if (size <= 0n || bytes <= 0n || bytes % size !== 0n) {
    errors.push(invalid(path, amount, `${amount} is not positive integer multiple of ${resource}`));
  }
}

function bytesOf({ mantissa, scale }: Quantity): bigint {
  return scale >= 0 ? mantissa * 10n ** BigInt(scale) : mantissa / 10n ** BigInt(-scale);
}

function checkClaims(
  claims: readonly ContainerResourceClaim[],
  claimNames: ReadonlySet<string>,
  path: string,
  errors: Errors,
): void {
  const seen = new Set<string>();
  for (const [index, { name = '', request = '' }] of claims.entries()) {
    const at = `${path}[${index}]`;
    if (name === '') {
      errors.push(required(at));
      continue;
    }
    const key = request === '' ? name : `${name}/${request}`;
    if (request !== '') checkDnsLabel(request, `${at}.request`, errors);
    const overlaps = request === '' && [...seen].some((each) => each.startsWith(`${name}/`));
    if (seen.has(name) || seen.has(key) || overlaps) errors.push(duplicate(at, key));
    seen.add(key);
    if (!claimNames.has(name)) errors.push(unknownClaim(at, name, claimNames));
  }
}

function unknownClaim(path: string, name: string, known: ReadonlySet<string>): FieldError {
  const which = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
  return {
    ...notFound(path, name),
    detail: `must be one of the names in pod.spec.resourceClaims${which}`,
  };
}

/** The claims of a pod: unique names, and exactly one source each. */
export function checkPodResourceClaims(
  claims:
    | readonly {
        readonly name: string;
        readonly resourceClaimName?: string;
        readonly resourceClaimTemplateName?: string;
      }[]
    | undefined,
  path: string,
  errors: Errors,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, claim] of (claims ?? []).entries()) {
    const at = `${path}[${index}]`;
    if ((claim.name ?? '') === '') errors.push(required(`${at}.name`));
    else if (names.has(claim.name)) errors.push(duplicate(`${at}.name`, claim.name));
    else checkDnsLabel(claim.name, `${at}.name`, errors);
    names.add(claim.name);
    const { resourceClaimName, resourceClaimTemplateName } = claim;
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      errors.push(
        invalid(
          at,
          claim,
          'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
        ),
      );
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      errors.push(
        invalid(at, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'),
      );
    }
    for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const name = claim[field];
      if (name !== undefined) {
        addMessages(dns1123SubdomainErrors(name), name, `${at}.${field}`, errors);
      }
    }
  }
  names.delete('');
  return names;
}
