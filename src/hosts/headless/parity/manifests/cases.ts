import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kindByName } from '../../../../api/kinds/index.ts';
import type { ManifestKubernetesObject } from '../../../../api/manifest/manifest.ts';
import { parseManifest } from '../../../../api/manifest/parse.ts';
import {
  readExpectations,
  type Expectation,
  type ScenarioStep,
} from '../../manifests/expectation.ts';

/** What the real kubectl is asked to do with one entry of `expectations.json`. */
export interface ManifestCase {
  /** The path of the file, or `scenario ID`. */
  readonly name: string;
  readonly steps: readonly CaseStep[];
  readonly confidence: 'high' | 'medium' | 'low';
  /** The cluster has a class that provisions volumes. */
  readonly defaultStorageClass: boolean;
}

export type CaseStep = ApplyStep | CommandStep;

/** `kubectl apply -f FILE [-n NAMESPACE]`. */
export interface ApplyStep {
  readonly kind: 'apply';
  readonly file: string;
  readonly namespace: string | undefined;
  /** Objects by kind that are created; undefined: not told, all that is not refused. */
  readonly created: Readonly<Record<string, number>> | undefined;
  readonly rejected: NonNullable<Expectation['rejected']>;
  /** It may depend on the steps before whether they are refused. */
  readonly isCertain: boolean;
  /** Of scenarios. */
  readonly expect: ScenarioStep['expect'];
}

/** Any other command line; it succeeds unless something else is expected of it. */
export interface CommandStep {
  readonly kind: 'command';
  readonly command: string;
  readonly expect: ScenarioStep['expect'];
  /** `Kind/namespace/name` of what it changes by hand: `diff` has then something to tell. */
  readonly changes: string | undefined;
}

/** All entries of `expectations.json` in the folder of the manifests: files first, then scenarios. */
export function readCases(root: string): readonly ManifestCase[] {
  const { files, scenarios } = readExpectations(
    readFileSync(join(root, 'expectations.json'), 'utf8'),
  );
  const ofFiles = Object.entries(files).map(
    ([file, expected]): ManifestCase => ({
      name: file,
      confidence: expected.confidence,
      defaultStorageClass: false,
      steps: [
        {
          kind: 'apply',
          file,
          namespace: undefined,
          created: expected.created,
          rejected: expected.rejected ?? [],
          isCertain: true,
          expect: undefined,
        },
      ],
    }),
  );
  const ofScenarios = scenarios.map(
    ({ id, steps, confidence, defaultStorageClass }): ManifestCase => ({
      name: `scenario ${id}`,
      confidence,
      defaultStorageClass: defaultStorageClass === true,
      steps: steps.flatMap((step) => stepsOf(step, files)),
    }),
  );
  return [...ofFiles, ...ofScenarios];
}

function stepsOf(
  step: ScenarioStep,
  files: Readonly<Record<string, Expectation>>,
): readonly CaseStep[] {
  const { apply, createNamespace, labelNode, patchNodeStatus, patch, expect } = step;
  if (apply !== undefined) {
    const { namespace } = step;
    const rejected = expect === undefined ? (files[apply]?.rejected ?? []) : [];
    return [
      {
        kind: 'apply',
        file: apply,
        namespace,
        created: undefined,
        rejected,
        isCertain: false,
        expect,
      },
    ];
  }
  return commandsOf({ createNamespace, labelNode, patchNodeStatus, patch }).map((command) => ({
    kind: 'command',
    command,
    expect,
    changes: patch === undefined ? undefined : `${patch.kind}/${patch.namespace}/${patch.name}`,
  }));
}

function commandsOf(
  step: Pick<{ [Key in keyof ScenarioStep]-?: ScenarioStep[Key] | undefined }, ActKey>,
): readonly string[] {
  const { createNamespace, labelNode, patchNodeStatus, patch } = step;
  if (createNamespace !== undefined) {
    const { name, labels = {} } = createNamespace;
    return [`kubectl create namespace ${name}`, ...labelCommands(`namespace ${name}`, labels)];
  }
  if (labelNode !== undefined) return labelCommands(nodesOf(labelNode.node), labelNode.labels);
  if (patchNodeStatus !== undefined) {
    const { capacity } = patchNodeStatus;
    const status = JSON.stringify({ status: { capacity, allocatable: capacity } });
    return [
      `kubectl patch ${nodesOf(patchNodeStatus.node)} --subresource=status --type=merge -p '${status}'`,
    ];
  }
  if (patch === undefined) return [];
  const plural = kindByName(patch.kind.toLowerCase())?.plural ?? patch.kind;
  return [
    `kubectl patch ${plural} ${patch.name} -n ${patch.namespace} --type=merge -p '${JSON.stringify(patch.merge)}'`,
  ];
}

type ActKey = 'createNamespace' | 'labelNode' | 'patchNodeStatus' | 'patch';

function labelCommands(what: string, labels: Readonly<Record<string, string>>): readonly string[] {
  const words = Object.entries(labels).map(([key, value]) => `'${key}=${value}'`);
  return words.length === 0 ? [] : [`kubectl label ${what} ${words.join(' ')} --overwrite`];
}

/** `any one worker` or `every worker`. */
function nodesOf(which: string): string {
  return which.startsWith('every') ? 'node node-1 node-2 node-3' : 'node node-1';
}

/**
 * The objects of a file that stay, as `Kind/namespace/name`, applied with `-n NAMESPACE`; the namespace is also there for kinds that have
 * none.
 */
export function identities(text: string, namespace = 'default'): readonly string[] {
  return parseManifest(text)
    .objects.filter(({ object }) => !isGoneAtOnce(object))
    .map(
      ({ object: { kind, metadata } }) =>
        `${kind}/${String(metadata['namespace'] ?? namespace)}/${String(metadata['name'] ?? '')}`,
    );
}

/**
 * The documents of a file without those that are refused and those that are gone at once, each as JSON; undefined when there
 * is none. For `diff`, which prints nothing at all when one document cannot be read.
 */
export function acceptedDocuments(
  text: string,
  rejected: NonNullable<Expectation['rejected']> = [],
): string | undefined {
  const objects = acceptedObjects(text, rejected);
  return objects.length === 0 ? undefined : documentsOf(objects);
}

/** The same documents, each with a label more, one replica more where it has replicas, and one datum more where it has data. */
export function changedDocuments(
  text: string,
  rejected: NonNullable<Expectation['rejected']>,
): string {
  return documentsOf(acceptedObjects(text, rejected).map(changed));
}

function acceptedObjects(
  text: string,
  rejected: NonNullable<Expectation['rejected']>,
): readonly ManifestKubernetesObject[] {
  const refused = new Set(rejected.map(({ object }) => object));
  return parseManifest(text)
    .objects.map(({ object }) => object)
    .filter(
      (object) =>
        !refused.has(`${object.kind}/${String(object.metadata['name'])}`) && !isGoneAtOnce(object),
    );
}

function documentsOf(objects: readonly ManifestKubernetesObject[]): string {
  return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
}

function changed(object: ManifestKubernetesObject): ManifestKubernetesObject {
  const { spec, data, immutable } = object as {
    readonly spec?: { readonly replicas?: unknown };
    readonly data?: object;
    readonly immutable?: boolean;
  };
  const { labels = {} } = object.metadata as { readonly labels?: object };
  const replicas = spec?.replicas;
  return {
    ...object,
    metadata: { ...object.metadata, labels: { ...labels, touched: 'yes' } },
    ...(typeof replicas === 'number' ? { spec: { ...spec, replicas: replicas + 1 } } : {}),
    ...(data === undefined || immutable === true ? {} : { data: { ...data, touched: 'eWVz' } }),
  };
}

/** Whether a text has an object that is gone before anybody can compare it. */
export function hasGoneAtOnce(text: string): boolean {
  return parseManifest(text).objects.some(({ object }) => isGoneAtOnce(object));
}

/** A Job that is removed as soon as it has finished. */
function isGoneAtOnce(object: ManifestKubernetesObject): boolean {
  const { spec } = object as { readonly spec?: { readonly ttlSecondsAfterFinished?: number } };
  return object.kind === 'Job' && spec?.ttlSecondsAfterFinished === 0;
}
