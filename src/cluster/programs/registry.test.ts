import { describe, expect, test } from 'vitest';
import { parseImageReference } from './image-reference.ts';
import { profileOf } from './catalogue.ts';
import { pullAnswer } from './registry.ts';

describe('image references', () => {
  test.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.25', 'docker.io/library/nginx:1.25'],
    ['bitnami/nginx', 'docker.io/bitnami/nginx:latest'],
    ['registry.k8s.io/pause:3.9', 'registry.k8s.io/pause:3.9'],
    ['localhost:5000/a/b:c', 'localhost:5000/a/b:c'],
    [`redis@sha256:${'a'.repeat(64)}`, `docker.io/library/redis@sha256:${'a'.repeat(64)}`],
    ['docker.io/redis:6.0.5', 'docker.io/library/redis:6.0.5'],
  ])('%s is %s', (name, want) => {
    const reference = parseImageReference(name);
    expect(typeof reference === 'string' ? reference : reference.fullName).toBe(want);
  });

  test.each([
    ['<your-private-image>', 'invalid reference format'],
    ['Nginx', 'invalid reference format: repository name (library/Nginx) must be lowercase'],
    ['nginx:', 'invalid reference format'],
    ['eu.gcr.io/a//b:1', 'invalid reference format'],
    ['nginx:a b', 'invalid reference format'],
    ['', 'invalid reference format'],
  ])('%s is refused', (name, want) => {
    expect(parseImageReference(name)).toBe(want);
  });
});

describe('pulls', () => {
  test.each([
    'nginx',
    'nginx:1.14.2',
    'nginx:stable-alpine',
    'nginx:1',
    'redis:alpine',
    'mysql:5.6',
    'postgres:15-alpine',
    'busybox:1.38.0',
    'busybox:stable-glibc',
    'python:3.12-slim-bookworm',
    'k8s.gcr.io/nginx:test-cmd',
    'quay.io/metallb/controller:main',
    'perl:5.34.0',
    'mongo',
    'wordpress:6.2.1-apache',
    'rabbitmq:3.6.8-management',
    'registry:2.6.2',
    'ubuntu:noble',
    'debian:12-slim',
    'bash:5',
    'node:lts',
    'imiell/bad-dockerfile',
    'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5',
  ])('%s is there', (image) => {
    expect(pullAnswer(image, false)).toMatchObject({ kind: 'image' });
  });

  const notFound = (name: string) =>
    `rpc error: code = NotFound desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${name}: not found`;
  const denied = (name: string) =>
    `rpc error: code = Unknown desc = failed to pull and unpack image "${name}": failed to resolve reference "${name}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;

  test.each([
    ['nginx:nonexist', notFound('docker.io/library/nginx:nonexist')],
    ['nginx:1.161', notFound('docker.io/library/nginx:1.161')],
    ['nginx:does-not-exist', notFound('docker.io/library/nginx:does-not-exist')],
    ['nginx:lates', notFound('docker.io/library/nginx:lates')],
    ['ghcr.io/a/b:no-such-tag', notFound('ghcr.io/a/b:no-such-tag')],
    ['nginxx', denied('docker.io/library/nginxx:latest')],
    ['this-image-does-not-exist:v1', denied('docker.io/library/this-image-does-not-exist:v1')],
    ['imiell/bad-dockerfile-private', denied('docker.io/imiell/bad-dockerfile-private:latest')],
  ])('%s is refused', (image, message) => {
    expect(pullAnswer(image, false)).toMatchObject({ kind: 'refused', message });
  });

  test('a private repository opens with credentials', () => {
    expect(pullAnswer('imiell/bad-dockerfile-private', true).kind).toBe('image');
  });

  test('a pull takes as long as its bytes', () => {
    const nginx = pullAnswer('nginx', false);
    const busybox = pullAnswer('busybox', false);
    expect(nginx).toMatchObject({ kind: 'image', name: 'docker.io/library/nginx:latest' });
    expect(nginx.takes).toBeGreaterThan(2_000_000);
    expect(busybox.takes).toBeLessThan(800_000);
  });

  test('the same name is the same content, and a mirror’s entry is the known one', () => {
    const name = parseImageReference('nginx:1.25');
    if (typeof name === 'string') throw new TypeError(name);
    expect(name.imageId).toMatch(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/);
    expect(name.imageId).toBe(name.imageId);
    const mirrored = parseImageReference('mirror.gcr.io/library/nginx:1.25');
    if (typeof mirrored === 'string') throw new TypeError(mirrored);
    expect(profileOf(mirrored).cmd).toEqual(['nginx', '-g', 'daemon off;']);
  });
});
