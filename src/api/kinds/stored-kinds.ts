import { changeField, changeOrMake, fill, mapSame } from '../defaults/fill.ts';
import { invalid } from '../field-errors.ts';
import type {
  APIService,
  ClusterRole,
  ClusterRoleBinding,
  FlowSchema,
  IngressClass,
  KubernetesObject,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
  Role,
  RoleBinding,
  RoleRef,
  RuntimeClass,
  Subject,
} from '../generated/types.ts';
import { ingressClassTable } from '../printers/networking.ts';
import {
  apiServiceTable,
  flowSchemaTable,
  priorityLevelTable,
  roleTable,
} from '../printers/machinery.ts';
import { roleBindingTable, runtimeClassTable } from '../printers/policy.ts';
import { semanticEqual } from '../semantic-equal.ts';
import { checkApiService, checkIngressClass } from '../validation/api-service.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkDnsLabel, checkImmutable, type Errors } from '../validation/fields.ts';
import { checkFlowSchemaSpec, checkPriorityLevelSpec } from '../validation/flow-control.ts';
import { checkLabels } from '../validation/labels.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
  type NameCheck,
} from '../validation/object-meta.ts';
import {
  checkAggregation,
  checkBinding,
  checkRoleRules,
  pathSegmentErrors,
} from '../validation/rbac.ts';
import {
  checkContainerResourceName,
  checkResourceAmount,
} from '../validation/resource-requirements.ts';
import { defineKind, statusOf, type KindSketch } from './define-kind.ts';
import {
  asNew,
  keepStatusRaiseGeneration,
  onlyStatus,
  raiseGenerationIf,
  specChanged,
  withGeneration,
} from './generation.ts';
import type { KindDeclaration } from './kind.ts';

/** Said with every create and change of a kind that is kept and served, and has no other effect. */
export const NOTHING_ACTS = 'Kubarium stores this kind but nothing acts on it yet';

const warning: readonly string[] = Object.freeze([NOTHING_ACTS]);

/** The same declaration, which says that nothing acts on its objects. */
export function storedOnly<T extends KubernetesObject>(
  kind: KindDeclaration<T>,
): KindDeclaration<T> {
  return defineKind({
    ...kind,
    nothingActs: true,
    warnings: (object, old) => {
      const own = kind.warnings(object, old);
      return own.length === 0 ? warning : [...own, ...warning];
    },
  });
}

/** A kind of which little more is checked than its metadata. */
export function simple<T extends KubernetesObject>(
  sketch: KindSketch<T>,
  check: (object: T, errors: Errors) => void = () => {},
): KindDeclaration<T> {
  return storedOnly(plain(sketch, check));
}

/** Names of roles and their bindings may hold all that a path can; APIServices are called after what they serve. */
function nameCheckOf(group: string): NameCheck {
  return group === RBAC || group === 'apiregistration.k8s.io' ? pathSegmentErrors : subdomainName;
}

/** As `simple`, of a kind that something acts on. */
export function plain<T extends KubernetesObject>(
  sketch: KindSketch<T>,
  check: (object: T, errors: Errors) => void = () => {},
): KindDeclaration<T> {
  const { namespaced } = sketch;
  return defineKind<T>({
    validate: (object) =>
      collectErrors((errors) => {
        checkObjectMeta(object.metadata, namespaced, nameCheckOf(sketch.group), errors);
        check(object, errors);
      }),
    validateUpdate: (next, old) =>
      collectErrors((errors) => {
        checkObjectMetaUpdate(next, old, errors);
        check(next, errors);
      }),
    ...sketch,
  });
}

const RBAC = 'rbac.authorization.k8s.io';

function defaultBinding<
  T extends { readonly roleRef: RoleRef; readonly subjects?: readonly Subject[] },
>(binding: T): T {
  const withRef = changeOrMake(binding, 'roleRef', { kind: '', name: '', apiGroup: '' }, (ref) =>
    ref.apiGroup === undefined || ref.apiGroup === '' ? { ...ref, apiGroup: RBAC } : ref,
  );
  if (withRef.subjects === undefined) return withRef;
  const subjects = mapSame(withRef.subjects, (subject) =>
    subject.apiGroup === undefined && subject.kind !== 'ServiceAccount'
      ? { ...subject, apiGroup: RBAC }
      : subject,
  );
  return subjects === withRef.subjects ? withRef : { ...withRef, subjects };
}

const role = plain<Role>(
  {
    group: RBAC,
    version: 'v1',
    kind: 'Role',
    plural: 'roles',
    namespaced: true,
    table: roleTable,
  },
  ({ rules }, errors) => checkRoleRules(rules ?? [], true, errors),
);
const clusterRole = plain<ClusterRole>(
  {
    group: RBAC,
    version: 'v1',
    kind: 'ClusterRole',
    plural: 'clusterroles',
    namespaced: false,
    table: roleTable,
  },
  (object, errors) => {
    checkAggregation(object.aggregationRule, errors);
    // What is aggregated is not looked at: others made it.
    checkRoleRules(object.rules ?? [], false, errors);
  },
);

/** A binding's role cannot be exchanged. */
function checkRoleRef(
  next: RoleBinding | ClusterRoleBinding,
  old: RoleBinding | ClusterRoleBinding,
  errors: Errors,
): void {
  checkBinding(next, errors);
  if (!semanticEqual(next.roleRef, old.roleRef)) {
    const { apiGroup: APIGroup, kind: Kind, name: Name } = next.roleRef;
    // Upstream prints its own type, whose fields have no names in JSON.
    errors.push(invalid('roleRef', { APIGroup, Kind, Name }, 'cannot change roleRef'));
  }
}

const roleBinding = plain<RoleBinding>(
  {
    group: RBAC,
    version: 'v1',
    kind: 'RoleBinding',
    plural: 'rolebindings',
    namespaced: true,
    table: roleBindingTable,
    defaults: defaultBinding,
    validateUpdate: (next, old) =>
      collectErrors((errors) => {
        checkObjectMetaUpdate(next, old, errors);
        checkRoleRef(next, old, errors);
      }),
  },
  checkBinding,
);
const clusterRoleBinding = plain<ClusterRoleBinding>(
  {
    group: RBAC,
    version: 'v1',
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    namespaced: false,
    table: roleBindingTable,
    defaults: defaultBinding,
    validateUpdate: (next, old) =>
      collectErrors((errors) => {
        checkObjectMetaUpdate(next, old, errors);
        checkRoleRef(next, old, errors);
      }),
  },
  checkBinding,
);

/** What most of them do with their generation: it counts the changes of the spec. */
export const withSpec = {
  prepareForCreate: <T extends KubernetesObject>(object: T): T => withGeneration(object, 1),
  prepareForUpdate: <T extends KubernetesObject>(next: T, old: T): T =>
    raiseGenerationIf(specChanged(next, old), next, old),
};

const ingressClass = simple<IngressClass>(
  {
    group: 'networking.k8s.io',
    version: 'v1',
    kind: 'IngressClass',
    plural: 'ingressclasses',
    singular: 'ingressclass',
    namespaced: false,
    table: ingressClassTable,
    ...withSpec,
    defaults: (object) =>
      object.spec?.parameters === undefined || object.spec.parameters.scope !== undefined
        ? object
        : {
            ...object,
            spec: { ...object.spec, parameters: { ...object.spec.parameters, scope: 'Cluster' } },
          },
    validateUpdate: (next, old) =>
      collectErrors((errors) => {
        checkObjectMetaUpdate(next, old, errors);
        const path = 'spec.controller';
        checkImmutable(next.spec?.controller, old.spec?.controller, path, errors);
        checkIngressClass(next.spec ?? {}, errors);
      }),
  },
  ({ spec }, errors) => checkIngressClass(spec ?? {}, errors),
);

/** Its admission looks for it; the runtimes of nodes do not differ. */
const runtimeClass = plain<RuntimeClass>(
  {
    group: 'node.k8s.io',
    version: 'v1',
    kind: 'RuntimeClass',
    plural: 'runtimeclasses',
    singular: 'runtimeclass',
    namespaced: false,
    table: runtimeClassTable,
    validateUpdate: (next, old) =>
      collectErrors((errors) => {
        checkObjectMetaUpdate(next, old, errors);
        checkImmutable(next.handler, old.handler, 'handler', errors);
      }),
  },
  ({ handler, scheduling, overhead }, errors) => {
    checkDnsLabel(handler ?? '', 'handler', errors);
    for (const [name, amount] of Object.entries(overhead?.podFixed ?? {})) {
      checkContainerResourceName(name, `overhead.podFixed[${name}]`, errors);
      checkResourceAmount(name, amount, `overhead.podFixed[${name}]`, errors);
    }
    checkLabels(scheduling?.nodeSelector, 'scheduling.nodeSelector', errors);
  },
);

const apiService = plain<APIService>(
  {
    group: 'apiregistration.k8s.io',
    version: 'v1',
    kind: 'APIService',
    plural: 'apiservices',
    categories: ['api-extensions'],
    namespaced: false,
    table: apiServiceTable,
    subresources: { status: statusOf('APIService') },
    defaults: (object) =>
      object.spec?.service === undefined || object.spec.service.port !== undefined
        ? object
        : {
            ...object,
            spec: { ...object.spec, service: { ...object.spec.service, port: 443 } },
          },
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  ({ metadata, spec }, errors) => {
    // A decoded object has it; one of a careless component may not.
    if (spec !== undefined) checkApiService(spec, metadata.name ?? '', errors);
  },
);

const flowSchema = plain<FlowSchema>(
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1',
    kind: 'FlowSchema',
    plural: 'flowschemas',
    namespaced: false,
    table: flowSchemaTable,
    subresources: { status: statusOf('FlowSchema') },
    defaults: (schema) =>
      changeField(schema, 'spec', (spec) =>
        (spec.matchingPrecedence ?? 0) !== 0 ? spec : { ...spec, matchingPrecedence: 1000 },
      ),
    prepareForCreate: (schema) => asNew(schema, {}),
    prepareForUpdate: keepStatusRaiseGeneration,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  ({ metadata, spec }, errors) => {
    // A decoded object has it; one of a careless component may not.
    if (spec !== undefined) checkFlowSchemaSpec(spec, metadata.name ?? '', errors);
  },
);
const priorityLevel = plain<PriorityLevelConfiguration>(
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1',
    kind: 'PriorityLevelConfiguration',
    plural: 'prioritylevelconfigurations',
    namespaced: false,
    table: priorityLevelTable,
    subresources: { status: statusOf('PriorityLevelConfiguration') },
    defaults: (level) => changeField(level, 'spec', defaultLevel),
    prepareForCreate: (level) => asNew(level, {}),
    prepareForUpdate: keepStatusRaiseGeneration,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  ({ metadata, spec }, errors) => {
    if (spec !== undefined) checkPriorityLevelSpec(spec, metadata.name ?? '', errors);
  },
);

function defaultLevel(spec: PriorityLevelConfigurationSpec): PriorityLevelConfigurationSpec {
  const { exempt, limited } = spec;
  if (exempt !== undefined) {
    const filled = fill(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 });
    return filled === exempt ? spec : { ...spec, exempt: filled };
  }
  if (limited === undefined) return spec;
  let filled = fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const { limitResponse } = filled;
  if (limitResponse?.queuing !== undefined) {
    const queuing = mapZeros(limitResponse.queuing);
    if (queuing !== limitResponse.queuing) {
      filled = { ...filled, limitResponse: { ...limitResponse, queuing } };
    }
  }
  return filled === limited ? spec : { ...spec, limited: filled };
}

/** Zeros of these are what nobody set. */
function mapZeros(queuing: QueuingConfiguration): QueuingConfiguration {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  if (queues !== 0 && handSize !== 0 && queueLengthLimit !== 0) return queuing;
  return {
    queues: queues === 0 ? 64 : queues,
    handSize: handSize === 0 ? 8 : handSize,
    queueLengthLimit: queueLengthLimit === 0 ? 50 : queueLengthLimit,
  };
}

/** Kinds that are kept for those who read them: manifests apply as they do elsewhere, and nothing follows. */
export const storedKinds: readonly KindDeclaration[] = [
  apiService,
  flowSchema,
  priorityLevel,
  ingressClass,
  runtimeClass,
  clusterRole,
  clusterRoleBinding,
  role,
  roleBinding,
];
