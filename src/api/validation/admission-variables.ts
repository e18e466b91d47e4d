import { compileCel } from '../cel/check.ts';
import { AUTHORIZER, RESOURCE_CHECK } from '../cel/declarations.ts';
import {
  celTypes,
  isSameType,
  listType,
  mapType,
  structType,
  typeName,
  type CelType,
} from '../cel/types.ts';
import { invalid } from '../field-errors.ts';
import type { ValidatingAdmissionPolicySpec } from '../generated/types.ts';
import type { Errors } from './fields.ts';

/**
 * What expressions of policies and of webhooks may speak of (upstream: apiserver's `admission/plugin/cel`). Of the object
 * under review nothing is known when they are stored.
 */

const { bool, dyn, int, string, timestamp } = celTypes;

function struct(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  return structType(`kubernetes.${name}`, () => new Map(Object.entries(fields)));
}

const kindName = struct('GroupVersionKind', { group: string, version: string, kind: string });
const resourceName = struct('GroupVersionResource', {
  group: string,
  version: string,
  resource: string,
});

const request = struct('AdmissionRequest', {
  kind: kindName,
  resource: resourceName,
  subResource: string,
  requestKind: kindName,
  requestResource: resourceName,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo: struct('UserInfo', {
    username: string,
    uid: string,
    groups: listType(string),
    extra: mapType(string, listType(string)),
  }),
  dryRun: bool,
  options: dyn,
});

const namespaceObject = struct('Namespace', {
  metadata: struct('NamespaceMetadata', {
    name: string,
    generateName: string,
    namespace: string,
    labels: mapType(string, string),
    annotations: mapType(string, string),
    UID: string,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    deletionTimestamp: timestamp,
    generation: int,
    resourceVersion: string,
    finalizers: listType(string),
  }),
  spec: struct('NamespaceSpec', { finalizers: listType(string) }),
  status: struct('NamespaceStatus', {
    conditions: listType(
      struct('NamespaceCondition', {
        status: string,
        type: string,
        lastTransitionTime: timestamp,
        message: string,
        reason: string,
      }),
    ),
    phase: string,
  }),
});

/** The variables of an expression. `object` and `params` are the types of those, where they are known. */
export function admissionVariables({
  hasParams,
  object = dyn,
  params = dyn,
}: {
  readonly hasParams: boolean;
  readonly object?: CelType;
  readonly params?: CelType;
}): Map<string, CelType> {
  const variables = new Map<string, CelType>([
    ['object', object],
    ['oldObject', object],
    ['namespaceObject', namespaceObject],
    ['request', request],
    ['authorizer', AUTHORIZER],
    ['authorizer.requestResource', RESOURCE_CHECK],
  ]);
  if (hasParams) variables.set('params', params);
  return variables;
}

type PolicyVariables = NonNullable<ValidatingAdmissionPolicySpec['variables']>;

/**
 * Adds `variables`, whose fields are the policy's own variables: each may speak of those before it. What is wrong with one
 * is handed to `issue`; it is dyn then.
 */
export function withPolicyVariables(
  base: ReadonlyMap<string, CelType>,
  own: PolicyVariables,
  issue: (index: number, text: string) => void = () => {},
): ReadonlyMap<string, CelType> {
  const fields = new Map<string, CelType>();
  const variables = new Map(base);
  for (const [index, { name = '', expression = '' }] of own.entries()) {
    variables.set('variables', variablesType(fields));
    const compiled = compileCel(expression, variables);
    if (!compiled.ok) issue(index, compiled.error);
    fields.set(name, compiled.ok ? asField(compiled.value.type) : dyn);
  }
  variables.set('variables', variablesType(fields));
  return variables;
}

function variablesType(fields: ReadonlyMap<string, CelType>): CelType {
  const now = new Map(fields);
  return structType('kubernetes.variables', () => now);
}

/** The type of a variable as it is declared: of what has a form of its own nothing is known. */
function asField(type: CelType): CelType {
  switch (type.kind) {
    case 'list':
    case 'map':
      return { ...type, parameters: type.parameters.map(asField) };
    case 'struct':
    case 'opaque':
    case 'type':
      return dyn;
    default:
      return type;
  }
}

/** An expression must compile, and be of one of some types. */
export function checkExpression(
  expression: string,
  {
    path,
    variables,
    results,
  }: {
    readonly path: string;
    readonly variables: ReadonlyMap<string, CelType>;
    readonly results: readonly CelType[];
  },
  errors: Errors,
): void {
  const compiled = compileCel(expression, variables);
  if (!compiled.ok) {
    errors.push(invalid(path, expression, `compilation failed: ${compiled.error}`));
    return;
  }
  const { type } = compiled.value;
  if (results.some((each) => isSameType(each, type))) return;
  const names = results.map(typeName);
  const wanted = names.length === 1 ? (names[0] ?? '') : `one of [${names.join(' ')}]`;
  errors.push(invalid(path, expression, `must evaluate to ${wanted} but got ${typeName(type)}`));
}
