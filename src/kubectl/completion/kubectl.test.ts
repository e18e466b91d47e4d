import { expect, test } from 'vitest';
import type { ProgramContext } from '../program.ts';
import { createFileStore, filesOf, HOME } from '../shell/files.ts';
import { completeKubectl } from './kubectl.ts';

const pod = {
  metadata: { name: 'web' },
  spec: {
    containers: [{ name: 'main', ports: [{ containerPort: 80, name: 'http' }] }],
    initContainers: [{ name: 'first' }],
    ephemeralContainers: [{ name: 'dbg' }],
  },
};

const resources = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: { name: '' },
      versions: [
        {
          version: 'v1',
          resources: ['pods', 'services'].map((resource) => ({
            resource,
            singularResource: resource.slice(0, -1),
            shortNames: resource === 'services' ? ['svc'] : [],
            responseKind: {
              group: '',
              version: 'v1',
              kind: resource === 'pods' ? 'Pod' : 'Service',
            },
            scope: 'Namespaced',
            verbs: ['get', 'list'],
          })),
        },
      ],
    },
  ],
};

/** A server that has one Pod and one Service. */
const context: ProgramContext = {
  kube: {
    async request({ path }) {
      const body = path.endsWith('/pods/web')
        ? pod
        : path.includes('/pods')
          ? { items: [pod] }
          : path.includes('/services')
            ? { items: [{ metadata: { name: 'front' } }] }
            : path.startsWith('/apis')
              ? { ...resources, items: [] }
              : resources;
      return { code: 200, body, warnings: [] };
    },
    stream: () => ({ done: new Promise(() => undefined), close: () => undefined }),
  },
  now: () => 0,
  sleep: () => Promise.resolve(),
  machine: 'laptop',
};

test.each([
  ['kubectl debug w', ['web']],
  ['kubectl debug web --target ', ['main', 'first', 'dbg']],
  ['kubectl exec web -c ', ['main', 'first', 'dbg']],
  ['kubectl debug web --profile=gen', ['--profile=general']],
  ['kubectl patch pod web --subresource ', ['resize', 'scale', 'status']],
  ['kubectl port-forward web ', ['80']],
  ['kubectl port-forward svc/', ['svc/front']],
  ['kubectl cp we', ['web:']],
])('%j', async (line, wanted) => {
  const words = line.split(' ');
  const found = await completeKubectl(words, {
    context,
    files: filesOf(createFileStore(), () => HOME),
    paths: () => [],
  });
  const texts = found.map(({ text }) => text).filter((text) => text.startsWith(words.at(-1) ?? ''));
  expect(texts.sort()).toEqual([...wanted].sort());
});
