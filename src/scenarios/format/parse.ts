import { spanOfPath } from '../../api/manifest/positions.ts';
import { parseManifest } from '../../api/manifest/parse.ts';
import type { ManifestProblem } from '../../api/manifest/problem.ts';
import { refusal, success, type Result } from '../../base/result.ts';
import {
  complain,
  expectFields,
  field,
  isGiven,
  readEntries,
  readerOf,
  readItems,
  readNumber,
  readText,
  readTexts,
  requireText,
  type FieldReader,
} from './field-reader.ts';
import { readAction } from './read-action.ts';
import { readCondition, readExpectation } from './read-condition.ts';
import { readDuration } from './read-values.ts';
import type {
  Scenario,
  ScenarioCluster,
  ScenarioInvariant,
  ScenarioNode,
  ScenarioStep,
  StepBeginning,
} from './scenario.ts';

/** What a scenario file begins with. */
export const SCENARIO_API_VERSION = 'kubarium/v1';
export const SCENARIO_KIND = 'Scenario';

const NODES_MAX = 5000;
const STEPS_MAX = 500;

/** Reads a scenario file. Every mistake is told with its line and field; a file with one is not played. */
export function parseScenario(text: string): Result<Scenario, readonly ManifestProblem[]> {
  const manifest = parseManifest(text);
  const [document, ...more] = manifest.documents;
  const errors = manifest.problems.filter(({ severity }) => severity === 'error');
  if (document === undefined || errors.length > 0) {
    return refusal(errors.length > 0 ? errors : [problem('the text holds no scenario')]);
  }
  if (more.length > 0) return refusal([problem('a scenario is one document')]);
  const reader = readerOf(document.value);
  const scenario = readScenario(reader);
  if (reader.faults.length === 0) return success(scenario);
  return refusal(
    reader.faults.map(({ path, message }) => ({
      severity: 'error',
      message: path === '' ? message : `${path}: ${message}`,
      ...spanOfPath(document, path),
    })),
  );
}

function problem(message: string): ManifestProblem {
  return { severity: 'error', message, line: 1, column: 1, endLine: 1, endColumn: 2 };
}

function readScenario(reader: FieldReader): Scenario {
  expectFields(reader, ['apiVersion', 'kind', 'metadata', 'cluster', 'steps', 'always']);
  const kind = readText(field(reader, 'kind'));
  const apiVersion = readText(field(reader, 'apiVersion'));
  if (kind !== SCENARIO_KIND || apiVersion !== SCENARIO_API_VERSION) {
    complain(
      field(reader, 'kind'),
      `a scenario begins with apiVersion: ${SCENARIO_API_VERSION} and kind: ${SCENARIO_KIND}`,
    );
  }
  const metadata = field(reader, 'metadata');
  expectFields(metadata, ['name', 'title', 'description']);
  const name = requireText(field(metadata, 'name'));
  const steps = readSteps(field(reader, 'steps'));
  return {
    name,
    title: readText(field(metadata, 'title')) ?? name,
    description: readText(field(metadata, 'description')) ?? '',
    cluster: readCluster(field(reader, 'cluster')),
    steps,
    always: readItems(field(reader, 'always')).map((each) => readInvariant(each, steps)),
  };
}

function readCluster(reader: FieldReader): ScenarioCluster {
  if (!isGiven(reader)) {
    return { controlPlanes: 1, nodes: nodesNamed(3), seed: undefined, flags: {} };
  }
  expectFields(reader, ['controlPlanes', 'nodes', 'seed', 'flags']);
  const controlPlanes = readNumber(field(reader, 'controlPlanes')) ?? 1;
  if (![1, 3, 5].includes(controlPlanes)) {
    complain(field(reader, 'controlPlanes'), 'a control plane has 1, 3 or 5 machines');
  }
  const flags = Object.create(null) as Record<string, number | string>;
  for (const [flag, inside] of readEntries(field(reader, 'flags'))) {
    const { value } = inside;
    if (typeof value === 'number' || typeof value === 'string') flags[flag] = value;
    else complain(inside, 'a number or a text is expected here');
  }
  return {
    controlPlanes,
    nodes: readNodes(field(reader, 'nodes')),
    seed: readNumber(field(reader, 'seed')),
    flags,
  };
}

function readNodes(reader: FieldReader): readonly ScenarioNode[] {
  const { value } = reader;
  if (value === undefined) return nodesNamed(3);
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value <= NODES_MAX) return nodesNamed(value);
    complain(reader, `between 0 and ${NODES_MAX} nodes`);
    return [];
  }
  return readItems(reader).map((each) => {
    expectFields(each, ['name', 'cpu', 'memory', 'pods', 'labels']);
    return {
      name: requireText(field(each, 'name')),
      cpu: readText(field(each, 'cpu')),
      memory: readText(field(each, 'memory')),
      pods: readNumber(field(each, 'pods')),
      labels: readTexts(field(each, 'labels')),
    };
  });
}

function nodesNamed(count: number): readonly ScenarioNode[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `node-${index + 1}`,
    cpu: undefined,
    memory: undefined,
    pods: undefined,
    labels: {},
  }));
}

function readSteps(reader: FieldReader): readonly ScenarioStep[] {
  const items = readItems(reader);
  if (items.length > STEPS_MAX) complain(reader, `at most ${STEPS_MAX} steps`);
  const names = new Set<string>();
  return items.slice(0, STEPS_MAX).map((each, index) => {
    expectFields(each, ['name', 'say', 'at', 'after', 'when', 'within', 'do', 'expect']);
    const name = readText(field(each, 'name')) ?? `step ${index + 1}`;
    if (names.has(name)) complain(field(each, 'name'), `another step is called "${name}"`);
    names.add(name);
    return {
      name,
      say: readText(field(each, 'say')) ?? '',
      begins: readBeginning(each),
      actions: readItems(field(each, 'do')).map(readAction),
      expectations: readItems(field(each, 'expect')).map(readExpectation),
    };
  });
}

function readBeginning(reader: FieldReader): StepBeginning {
  const given = ['at', 'after', 'when'].filter((name) => isGiven(field(reader, name)));
  if (given.length > 1) complain(reader, `a step has one of at, after, when, not ${given.length}`);
  switch (given[0]) {
    case 'at':
      return { kind: 'at', micros: readDuration(field(reader, 'at')) ?? 0 };
    case 'after':
      return { kind: 'after', micros: readDuration(field(reader, 'after')) ?? 0 };
    case 'when':
      return {
        kind: 'when',
        condition: readCondition(field(reader, 'when')),
        withinMicros: readDuration(field(reader, 'within')) ?? 60_000_000,
      };
    default:
      return { kind: 'next' };
  }
}

function readInvariant(reader: FieldReader, steps: readonly ScenarioStep[]): ScenarioInvariant {
  expectFields(reader, ['name', 'from', 'until', 'that']);
  const that = field(reader, 'that');
  if (!isGiven(that)) complain(that, 'this field is required');
  return {
    name: requireText(field(reader, 'name')),
    condition: readCondition(that),
    from: readStepName(field(reader, 'from'), steps),
    until: readStepName(field(reader, 'until'), steps),
  };
}

function readStepName(reader: FieldReader, steps: readonly ScenarioStep[]): string | undefined {
  const name = readText(reader);
  if (name !== undefined && !steps.some((each) => each.name === name)) {
    complain(reader, `there is no step called "${name}"`);
  }
  return name;
}
