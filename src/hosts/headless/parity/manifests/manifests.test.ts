import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { World } from '../../../../kernel/world.ts';
import { tools } from '../../serve/testing.ts';
import { identities, readCases } from './cases.ts';
import { judgeApply, judgeDelete, readApply } from './judge.ts';
import { createBaseWorld, MANIFESTS_FOLDER } from './main.ts';
import { differencesOfPage, runInPage } from './page-runner.ts';
import { runCase, type ApplyMode } from './run-case.ts';

/**
 * A few of the shared manifests by the real kubectl, of each kind of outcome; `npm run parity -- manifests` takes them all,
 * by client and by server.
 */
const SLICE: readonly (readonly [name: string, mode: ApplyMode])[] = [
  ['kubernetes-website/application/nginx-app.yaml', 'client'],
  ['kubernetes-website/application/web/web.yaml', 'client'],
  ['kubernetes-website/controllers/job.yaml', 'server'],
  ['kubernetes-website/policy/quota.yaml', 'client'],
  ['kubernetes-website/service/networking/dual-stack-ipv6-svc.yaml', 'server'],
  ['kubernetes-testdata/multi-resource-3.yaml', 'client'],
  ['podinfo/deploy/webapp/common/reconciler-rbac.yaml', 'server'],
  ['scenario crd-shirt', 'server'],
];
const PATIENCE_MILLIS = 120_000;
const isThere = tools !== undefined && existsSync(MANIFESTS_FOLDER);

describe.skipIf(!isThere)('the real kubectl before shared manifests', () => {
  let base: World | undefined;
  beforeAll(() => {
    base = createBaseWorld();
  }, PATIENCE_MILLIS);

  test.each(SLICE)(
    '%s, by the %s',
    async (name, mode) => {
      const entry = readCases(MANIFESTS_FOLDER).find((each) => each.name === name);
      if (base === undefined || entry === undefined) throw new Error(`no case ${name}`);
      const { complaints } = await runCase(base, MANIFESTS_FOLDER, entry, mode);
      expect(complaints).toEqual([]);
    },
    PATIENCE_MILLIS,
  );

  test(
    'the page’s kubectl prints the same',
    async () => {
      const entry = readCases(MANIFESTS_FOLDER).find(({ name }) => name === SLICE[0]?.[0]);
      if (base === undefined || entry === undefined) throw new Error('no case');
      const real = await runCase(base, MANIFESTS_FOLDER, entry, 'client');
      const page = await runCase(base, MANIFESTS_FOLDER, entry, 'client', runInPage);
      expect(differencesOfPage(real, page)).toEqual([]);
    },
    PATIENCE_MILLIS,
  );
});

describe('the judge', () => {
  const step = {
    kind: 'apply',
    file: 'a.yaml',
    namespace: undefined,
    created: { Pod: 1 },
    rejected: [],
    isCertain: true,
    expect: undefined,
  } as const;

  test('reads what apply printed', () => {
    const text = 'Warning: old\npod/a created\ndeployment.apps/b unchanged\nError: no\n[1]\n';
    expect(readApply(text)).toEqual({
      done: { pod: 1, deployment: 1 },
      verbs: ['created', 'unchanged'],
      warnings: ['Warning: old'],
      refusals: 'Error: no\n[1]',
      failed: true,
    });
  });

  test('accepted, and too few of them', () => {
    expect(judgeApply(step, 'pod/a created\n')).toEqual([]);
    expect(judgeApply(step, '')).toEqual(['0 of kind pod accepted, expected 1']);
  });

  test('a refusal that is expected, in its words or in those of a server-side apply', () => {
    const rejected = [
      { object: 'Pod/a', stage: 'create', messageContains: 'unknown field "spec.x"' },
    ];
    const refused = { ...step, created: {}, rejected };
    expect(judgeApply(refused, 'Error: unknown field "spec.x"\n[1]\n')).toEqual([]);
    expect(judgeApply(refused, 'Error: : .spec.x: field not declared\n[1]\n')).toEqual([]);
    expect(judgeApply(refused, 'pod/a created\n')).toHaveLength(3);
  });

  test('what delete may print', () => {
    expect(judgeDelete('pod "a" deleted from default namespace\n')).toEqual([]);
    expect(judgeDelete('Error from server (NotFound): pods "a" not found\n[1]\n')).toHaveLength(1);
  });

  test('the objects of a file', () => {
    const text = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n';
    expect(identities(text)).toEqual(['Pod/default/a']);
    expect(identities(text, 'b')).toEqual(['Pod/b/a']);
  });
});
