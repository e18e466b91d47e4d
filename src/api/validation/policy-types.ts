import { compileCel } from '../cel/check.ts';
import type { CelType } from '../cel/types.ts';
import type {
  CustomResourceDefinition,
  ExpressionWarning,
  RuleWithOperations,
  ValidatingAdmissionPolicySpec,
} from '../generated/types.ts';
import { kindByResource } from '../kinds/index.ts';
import { customObjectType } from '../kinds/custom/object-type.ts';
import { isEstablished } from '../kinds/custom/registry.ts';
import { builtInType } from '../schema/cel-type.ts';
import { admissionVariables, withPolicyVariables } from './admission-variables.ts';

/** Definitions of kinds that are not built in. */
type Definitions = Iterable<CustomResourceDefinition>;

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const TYPES_MAX = 10;

/**
 * What is wrong with a policy's expressions for the types of the objects that it matches by name (upstream: apiserver's
 * `policy/validating.TypeChecker`). Wildcards and subresources are not looked at, nor more than ten types.
 */
export function policyWarnings(
  spec: ValidatingAdmissionPolicySpec,
  definitions: Definitions,
): readonly ExpressionWarning[] {
  const known = [...definitions];
  const types = kindsOf(spec.matchConstraints?.resourceRules ?? [], known).flatMap((gvk) => {
    const type = typeOf(gvk, known);
    return type === undefined ? [] : [{ gvk, variables: variablesFor(spec, type, known) }];
  });
  const warnings: ExpressionWarning[] = [];
  const check = (fieldRef: string, expression: string): void => {
    const found = types.flatMap(({ gvk, variables }) => {
      const compiled = compileCel(expression, variables);
      return compiled.ok ? [] : [`${nameOf(gvk)}: ${compiled.error}\n`];
    });
    if (found.length > 0) warnings.push({ fieldRef, warning: found.join('\n') });
  };
  for (const [index, { expression, messageExpression = '' }] of (
    spec.validations ?? []
  ).entries()) {
    check(`spec.validations[${index}].expression`, expression);
    if (messageExpression !== '') {
      check(`spec.validations[${index}].messageExpression`, messageExpression);
    }
  }
  return warnings;
}

/** As Go prints it; the core group has no name. */
function nameOf({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}, Kind=${kind}`;
}

function variablesFor(
  spec: ValidatingAdmissionPolicySpec,
  object: CelType,
  definitions: readonly CustomResourceDefinition[],
): ReadonlyMap<string, CelType> {
  const { paramKind, variables = [] } = spec;
  const params = paramKind && typeOf(parseKind(paramKind), definitions);
  const base = admissionVariables({
    hasParams: paramKind !== undefined,
    object,
    ...(params === undefined ? undefined : { params }),
  });
  // Upstream does not declare it here.
  base.delete('authorizer.requestResource');
  return withPolicyVariables(base, variables);
}

function parseKind({
  apiVersion = '',
  kind = '',
}: {
  readonly apiVersion?: string;
  readonly kind?: string;
}): GroupVersionKind {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  return { group, version: apiVersion.slice(slash + 1), kind };
}

function typeOf(
  { group, version, kind }: GroupVersionKind,
  definitions: readonly CustomResourceDefinition[],
): CelType | undefined {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const builtIn = builtInType(apiVersion, kind);
  if (builtIn !== undefined) return builtIn;
  const definition = definitions.find(
    ({ spec }) => spec.group === group && spec.names.kind === kind,
  );
  return definition && customObjectType(definition, version);
}

/** The kinds that rules name, each once, in order. */
function kindsOf(
  rules: readonly RuleWithOperations[],
  definitions: readonly CustomResourceDefinition[],
): readonly GroupVersionKind[] {
  const found = new Map<string, GroupVersionKind>();
  for (const rule of rules) {
    let count = 0;
    for (const gvk of kindsOfRule(rule, definitions)) {
      found.set(nameOf(gvk), gvk);
      count += 1;
      if (count === TYPES_MAX) return sorted(found.values());
    }
  }
  return sorted(found.values());
}

function sorted(kinds: Iterable<GroupVersionKind>): readonly GroupVersionKind[] {
  const key = ({ group, version, kind }: GroupVersionKind): string =>
    [group, version, kind].join('\u0000');
  return [...kinds].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function* kindsOfRule(
  { apiGroups = [], apiVersions = [], resources = [] }: RuleWithOperations,
  definitions: readonly CustomResourceDefinition[],
): Iterable<GroupVersionKind> {
  const isOpen = (each: string): boolean => each.includes('*');
  if (apiGroups.some(isOpen) || apiVersions.some(isOpen)) return;
  const plurals = resources.filter((each) => !/[*/]/.test(each)).sort();
  for (const group of [...apiGroups].sort()) {
    for (const version of [...apiVersions].sort()) {
      for (const plural of plurals) {
        const kind =
          kindByResource(group, version, plural)?.kind ?? customKind(group, version, plural);
        if (kind !== undefined) yield { group, version, kind };
      }
    }
  }

  function customKind(group: string, version: string, plural: string): string | undefined {
    return definitions.find(
      (each) =>
        each.spec.group === group &&
        each.spec.names.plural === plural &&
        isEstablished(each) &&
        each.spec.versions.some(({ name, served }) => served && name === version),
    )?.spec.names.kind;
  }
}
