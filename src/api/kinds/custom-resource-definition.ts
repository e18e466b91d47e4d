import { fill, changeOrMake } from '../defaults/fill.ts';
import { duplicate, invalid, notSupported, required, type FieldError } from '../field-errors.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionVersion,
} from '../generated/types.ts';
import { dns1035LabelErrors, dns1123SubdomainErrors } from '../names/dns.ts';
import { parseJsonPath } from '../jsonpath/parse.ts';
import { addMessages, checkImmutable } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  type NameCheck,
} from '../validation/object-meta.ts';
import { checkStructuralSchema } from '../validation/structural-schema.ts';
import { nameColumn, textColumn } from '../printers/columns.ts';
import { namesOfPath } from './custom/json-path.ts';
import { formatWarnings } from './custom/format-warnings.ts';
import { isEstablished } from './custom/registry.ts';
import { structuralOf } from './custom/structural.ts';
import { defineKind, statusOf } from './define-kind.ts';
import { asNew, keepStatusRaiseGeneration, onlyStatus } from './generation.ts';

type Spec = CustomResourceDefinition['spec'];
type Errors = FieldError[];

/** Holds a definition until the last of its objects is gone. */
export const CUSTOM_RESOURCE_CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

/** Where etcd keeps definitions. */
export const CRD_STORAGE = 'apiextensions.k8s.io/customresourcedefinitions';

/** The definition of a kind of the user's; `custom/` says what becomes of it. */
export const customResourceDefinitionKind = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  unconditionalUpdate: false,
  storage: CRD_STORAGE,
  subresources: { status: statusOf('CustomResourceDefinition') },
  deletionFinalizers: [CUSTOM_RESOURCE_CLEANUP],
  table: {
    columns: [nameColumn, textColumn('Created At', 'When it was made.')],
    cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? ''],
  },
  defaults: (definition) =>
    changeOrMake(definition, 'spec', noDefinition, (spec) => {
      const filled = fill(spec, { conversion: { strategy: 'None' } });
      const { kind = '' } = filled.names ?? {};
      const names = fill(filled.names ?? { kind, plural: '' }, {
        listKind: `${kind}List`,
        singular: kind.toLowerCase(),
      });
      return names === filled.names ? filled : { ...filled, names };
    }),
  prepareForCreate: (definition) =>
    asNew(definition, { storedVersions: withStorageVersion([], definition.spec) }),
  prepareForUpdate: (next, old) => {
    const kept = keepStatusRaiseGeneration(next, old);
    const stored = kept.status?.storedVersions ?? [];
    const storedVersions = withStorageVersion(stored, kept.spec);
    return storedVersions === stored
      ? kept
      : { ...kept, status: { ...kept.status, storedVersions } };
  },
  prepareForStatusUpdate: (next, old) => onlyStatus(next, old),
  validate: (definition) => {
    const errors: Errors = [];
    const { spec } = definition;
    const wanted = `${spec.names.plural}.${spec.group}`;
    const ownName: NameCheck = (name) =>
      name === wanted ? [] : ['must be spec.names.plural+"."+spec.group'];
    checkObjectMeta(definition.metadata, false, ownName, errors);
    checkSpec(definition, errors);
    return errors;
  },
  validateUpdate: (next, old) => {
    const errors: Errors = [];
    checkObjectMetaUpdate(next, old, errors);
    checkSpec(next, errors);
    if (isEstablished(old)) {
      checkImmutable(next.spec.scope, old.spec.scope, 'spec.scope', errors);
      checkImmutable(next.spec.names.kind, old.spec.names.kind, 'spec.names.kind', errors);
    }
    checkImmutable(next.spec.group, old.spec.group, 'spec.group', errors);
    checkImmutable(next.spec.names.plural, old.spec.names.plural, 'spec.names.plural', errors);
    for (const [index, stored] of (old.status?.storedVersions ?? []).entries()) {
      if (next.spec.versions.some(({ name }) => name === stored)) continue;
      errors.push(
        invalid(
          `status.storedVersions[${index}]`,
          stored,
          `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`,
        ),
      );
    }
    return errors;
  },
  warnings: ({ spec }) =>
    spec.versions.flatMap(({ schema, name }) => [
      ...(schema?.openAPIV3Schema === undefined
        ? []
        : [...formatWarnings(structuralOf(schema.openAPIV3Schema))]),
      ...(spec.conversion?.strategy === 'Webhook' && spec.versions.length > 1
        ? [
            `spec.conversion.strategy: Kubarium calls no webhooks: objects of ${name} are converted as by None`,
          ]
        : []),
    ]),
});

const noDefinition: Spec = {
  group: '',
  names: { kind: '', plural: '' },
  scope: 'Namespaced',
  versions: [],
};

/** The versions that objects may be stored in, the present one included. */
function withStorageVersion(stored: readonly string[], spec: Spec): readonly string[] {
  const storage = spec.versions.find((each) => each.storage)?.name;
  return storage === undefined || stored.includes(storage) ? stored : [...stored, storage];
}

const scopes = ['Cluster', 'Namespaced'];
const strategies = ['None', 'Webhook'];
const APPROVED = 'api-approved.kubernetes.io';

function checkSpec({ metadata, spec }: CustomResourceDefinition, errors: Errors): void {
  checkGroup(spec.group, errors);
  if (
    /(^|\.)(k8s|kubernetes)\.io$/.test(spec.group) &&
    !Object.hasOwn(metadata.annotations ?? {}, APPROVED)
  ) {
    errors.push(
      required(
        `metadata.annotations[${APPROVED}]`,
        `protected groups must have approval annotation "${APPROVED}", see https://github.com/kubernetes/enhancements/pull/1111`,
      ),
    );
  }
  if (spec.scope === '') errors.push(required('spec.scope'));
  else if (!scopes.includes(spec.scope))
    errors.push(notSupported('spec.scope', spec.scope, scopes));
  if (spec.preserveUnknownFields === true) {
    errors.push(
      invalid(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
  }
  checkVersions(spec, errors);
  checkNames(spec.names, errors);
  const strategy = spec.conversion?.strategy ?? '';
  if (strategy === '') errors.push(required('spec.conversion.strategy'));
  else if (!strategies.includes(strategy)) {
    errors.push(notSupported('spec.conversion.strategy', strategy, strategies));
  } else if (
    strategy === 'Webhook' &&
    (spec.conversion?.webhook?.clientConfig ?? undefined) === undefined
  ) {
    errors.push(
      required('spec.conversion.webhook.clientConfig', 'required when strategy is set to Webhook'),
    );
  }
}

function checkGroup(group: string, errors: Errors): void {
  if (group === '') errors.push(required('spec.group'));
  else if (dns1123SubdomainErrors(group).length > 0) {
    addMessages(dns1123SubdomainErrors(group), group, 'spec.group', errors);
  } else if (!group.includes('.')) {
    errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  }
}

function checkVersions({ versions }: Spec, errors: Errors): void {
  const path = 'spec.versions';
  const seen = new Set<string>();
  let storages = 0;
  for (const [index, version] of versions.entries()) {
    const at = `${path}[${index}]`;
    const { name } = version;
    if (name === '') errors.push(required(`${at}.name`));
    else addMessages(dns1035LabelErrors(name), name, `${at}.name`, errors);
    if (seen.has(name)) errors.push(invalid(path, name, 'must contain unique version names'));
    seen.add(name);
    if (version.storage) storages += 1;
    if (version.deprecationWarning !== undefined && version.deprecated !== true) {
      errors.push(
        invalid(
          `${at}.deprecationWarning`,
          version.deprecationWarning,
          'can only be set for deprecated versions',
        ),
      );
    }
    checkVersion(version, at, errors);
  }
  if (storages !== 1) {
    errors.push(invalid(path, versions, 'must have exactly one version marked as storage version'));
  }
}

const columnTypes = ['integer', 'number', 'string', 'boolean', 'date'];

function checkVersion(version: CustomResourceDefinitionVersion, at: string, errors: Errors): void {
  const schema = version.schema?.openAPIV3Schema;
  if (schema === undefined) {
    errors.push(required(`${at}.schema.openAPIV3Schema`, 'schemas are required'));
  } else checkStructuralSchema(schema, `${at}.schema.openAPIV3Schema`, errors);
  for (const [index, column] of (version.additionalPrinterColumns ?? []).entries()) {
    const where = `${at}.additionalPrinterColumns[${index}]`;
    if (column.name === '') errors.push(required(`${where}.name`));
    if (column.type === '') {
      errors.push(required(`${where}.type`, `must be one of ${columnTypes.join(',')}`));
    } else if (!columnTypes.includes(column.type)) {
      errors.push(invalid(`${where}.type`, column.type, `must be one of ${columnTypes.join(',')}`));
    }
    if (column.jsonPath === '') errors.push(required(`${where}.jsonPath`));
    else if (!column.jsonPath.startsWith('.')) {
      errors.push(
        invalid(`${where}.jsonPath`, column.jsonPath, 'must be a simple json path starting with .'),
      );
    } else {
      const parsed = parseJsonPath(`{${column.jsonPath}}`);
      if (!parsed.ok) errors.push(invalid(`${where}.jsonPath`, column.jsonPath, parsed.error));
    }
  }
  checkScale(version, `${at}.subresources.scale`, errors);
}

function checkScale(
  { subresources }: CustomResourceDefinitionVersion,
  at: string,
  errors: Errors,
): void {
  const scale = subresources?.scale;
  if (scale === undefined) return;
  const check = (field: string, path: string, root: string): void => {
    if (path === '') errors.push(required(`${at}.${field}`));
    else if (namesOfPath(path) === undefined) {
      errors.push(invalid(`${at}.${field}`, path, 'must be a simple json path'));
    } else if (!path.startsWith(`.${root}.`)) {
      errors.push(invalid(`${at}.${field}`, path, `should be a json path under .${root}`));
    }
  };
  check('specReplicasPath', scale.specReplicasPath, 'spec');
  check('statusReplicasPath', scale.statusReplicasPath, 'status');
}

function checkNames(names: CustomResourceDefinitionNames, errors: Errors): void {
  const label = (field: string, value: string, what: string): void => {
    if (value === '') errors.push(required(`spec.names.${field}`));
    else if (
      dns1035LabelErrors(value.toLowerCase()).length > 0 ||
      (what === '' && value !== value.toLowerCase())
    ) {
      for (const message of dns1035LabelErrors(what === '' ? value : value.toLowerCase())) {
        errors.push(invalid(`spec.names.${field}`, value, `${what}${message}`));
      }
    }
  };
  const mixed = 'may have mixed case, but should otherwise match: ';
  label('plural', names.plural, '');
  if (names.singular !== undefined && names.singular !== '') label('singular', names.singular, '');
  label('kind', names.kind, mixed);
  if (names.listKind !== undefined && names.listKind !== '') {
    label('listKind', names.listKind, mixed);
    if (names.listKind === names.kind) {
      errors.push(
        invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'),
      );
    }
  }
  for (const field of ['shortNames', 'categories'] as const) {
    for (const [index, each] of (names[field] ?? []).entries()) {
      addMessages(dns1035LabelErrors(each), each, `spec.names.${field}[${index}]`, errors);
    }
  }
  const twins = names.shortNames?.find((each, index, all) => all.indexOf(each) !== index);
  if (twins !== undefined) errors.push(duplicate('spec.names.shortNames', twins));
}
