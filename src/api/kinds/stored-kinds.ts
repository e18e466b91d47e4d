import { changeOrMake, fill, mapSame } from '../defaults/fill.ts';
import { required } from '../field-errors.ts';
import type {
  APIService,
  ClusterRole,
  ClusterRoleBinding,
  FlowSchema,
  IngressClass,
  KubernetesObject,
  MutatingWebhookConfiguration,
  PriorityLevelConfiguration,
  Role,
  RoleBinding,
  RoleRef,
  RuntimeClass,
  Subject,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../generated/types.ts';
import { ingressClassTable } from '../printers/networking.ts';
import {
  admissionPolicyBindingTable,
  admissionPolicyTable,
  apiServiceTable,
  flowSchemaTable,
  priorityLevelTable,
  roleTable,
  webhookTable,
} from '../printers/machinery.ts';
import { roleBindingTable, runtimeClassTable } from '../printers/policy.ts';
import { collectErrors } from '../validation/collect.ts';
import { checkImmutable, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
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
  return {
    ...kind,
    nothingActs: true,
    warnings: (object, old) => {
      const own = kind.warnings(object, old);
      return own.length === 0 ? warning : [...own, ...warning];
    },
  };
}

/** A kind of which little more is checked than its metadata. */
function simple<T extends KubernetesObject>(
  sketch: KindSketch<T>,
  check: (object: T, errors: Errors) => void = () => {},
): KindDeclaration<T> {
  return storedOnly(plain(sketch, check));
}

function plain<T extends KubernetesObject>(
  sketch: KindSketch<T>,
  check: (object: T, errors: Errors) => void = () => {},
): KindDeclaration<T> {
  const { namespaced } = sketch;
  return defineKind<T>({
    validate: (object) =>
      collectErrors((errors) => {
        checkObjectMeta(
          object.metadata,
          namespaced,
          sketch.group === RBAC ? anyName : subdomainName,
          errors,
        );
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

/** Names of roles and their bindings may hold all that a path can, colons for example. */
function anyName(name: string): readonly string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`];
  if (name.includes('/')) return ["may not contain '/'"];
  return name.includes('%') ? ["may not contain '%'"] : [];
}

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';

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

/** A service account of the binding's own namespace needs no namespace. */
function checkBinding(
  { kind: own, roleRef, subjects = [] }: RoleBinding | ClusterRoleBinding,
  errors: Errors,
): void {
  if ((roleRef?.kind ?? '') === '') errors.push(required('roleRef.kind'));
  if ((roleRef?.name ?? '') === '') errors.push(required('roleRef.name'));
  for (const [index, { name, kind, namespace = '' }] of subjects.entries()) {
    if ((name ?? '') === '') errors.push(required(`subjects[${index}].name`));
    if (own === 'ClusterRoleBinding' && kind === 'ServiceAccount' && namespace === '') {
      errors.push(required(`subjects[${index}].namespace`));
    }
  }
}

const role = plain<Role>({
  group: RBAC,
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  table: roleTable,
});
const clusterRole = plain<ClusterRole>({
  group: RBAC,
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  table: roleTable,
});

/** A binding's role cannot be exchanged. */
function checkRoleRef(
  next: RoleBinding | ClusterRoleBinding,
  old: RoleBinding | ClusterRoleBinding,
  errors: Errors,
): void {
  checkBinding(next, errors);
  checkImmutable(next.roleRef, old.roleRef, 'roleRef', errors);
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
const withSpec = {
  prepareForCreate: <T extends KubernetesObject>(object: T): T => withGeneration(object, 1),
  prepareForUpdate: <T extends KubernetesObject>(next: T, old: T): T =>
    raiseGenerationIf(specChanged(next, old), next, old),
};

const ingressClass = simple<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  table: ingressClassTable,
  ...withSpec,
});

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
  },
  ({ handler }, errors) => {
    if ((handler ?? '') === '') errors.push(required('handler'));
  },
);

const apiService = simple<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  namespaced: false,
  table: apiServiceTable,
  subresources: { status: statusOf('APIService') },
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
});

function policyDefaults<T extends Policy>(webhook: T): T {
  const defaults: Policy = webhookDefaults;
  // What T adds to these fields has no default.
  return fill(webhook, defaults as Partial<T>);
}

const webhookDefaults: Policy = {
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  failurePolicy: 'Fail',
  timeoutSeconds: 10,
};

interface Policy {
  readonly matchPolicy?: 'Equivalent' | 'Exact';
  readonly namespaceSelector?: object;
  readonly objectSelector?: object;
  readonly failurePolicy?: 'Fail' | 'Ignore';
  readonly timeoutSeconds?: number;
}

const validatingWebhook = simple<ValidatingWebhookConfiguration>({
  group: ADMISSION,
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  categories: ['api-extensions'],
  namespaced: false,
  table: webhookTable,
  defaults: (configuration) =>
    configuration.webhooks === undefined
      ? configuration
      : withWebhooks(configuration, mapSame(configuration.webhooks, policyDefaults)),
  prepareForCreate: (object) => withGeneration(object, 1),
});
const mutatingWebhook = simple<MutatingWebhookConfiguration>({
  group: ADMISSION,
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  namespaced: false,
  table: webhookTable,
  defaults: (configuration) =>
    configuration.webhooks === undefined
      ? configuration
      : withWebhooks(configuration, mapSame(configuration.webhooks, policyDefaults)),
  prepareForCreate: (object) => withGeneration(object, 1),
});

function withWebhooks<T extends { readonly webhooks?: unknown }>(
  object: T,
  webhooks: NonNullable<T['webhooks']>,
): T {
  return webhooks === object.webhooks ? object : { ...object, webhooks };
}

const admissionPolicy = plain<ValidatingAdmissionPolicy>({
  group: ADMISSION,
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  singular: 'validatingadmissionpolicy',
  categories: ['api-extensions'],
  namespaced: false,
  table: admissionPolicyTable,
  subresources: { status: statusOf('ValidatingAdmissionPolicy') },
  defaults: (policy) =>
    changeOrMake(policy, 'spec', {}, (spec) => fill(spec ?? {}, { failurePolicy: 'Fail' })),
  prepareForCreate: (policy) => asNew(policy, {}),
  prepareForUpdate: keepStatusRaiseGeneration,
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
});
const admissionPolicyBinding = plain<ValidatingAdmissionPolicyBinding>({
  group: ADMISSION,
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  categories: ['api-extensions'],
  namespaced: false,
  table: admissionPolicyBindingTable,
  ...withSpec,
});

const flowSchema = plain<FlowSchema>(
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1',
    kind: 'FlowSchema',
    plural: 'flowschemas',
    namespaced: false,
    table: flowSchemaTable,
    subresources: { status: statusOf('FlowSchema') },
    prepareForCreate: (schema) => asNew(schema, {}),
    prepareForUpdate: keepStatusRaiseGeneration,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  () => {},
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
    prepareForCreate: (level) => asNew(level, {}),
    prepareForUpdate: keepStatusRaiseGeneration,
    prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  },
  () => {},
);

/** Kinds that are kept for those who read them: manifests apply as they do elsewhere, and nothing follows. */
export const storedKinds: readonly KindDeclaration[] = [
  admissionPolicy,
  admissionPolicyBinding,
  mutatingWebhook,
  validatingWebhook,
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
