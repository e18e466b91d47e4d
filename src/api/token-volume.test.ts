import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeObject } from './decode/decode.ts';
import type { KubernetesObject, Pod, PodSpec } from './generated/types.ts';
import { podKind } from './kinds/pod.ts';
import { parseManifest } from './manifest/parse.ts';
import { schemaOf } from './schema/lookup.ts';
import { hasRoomForToken, withoutToken, withToken } from './token-volume.ts';

const NAME = 'kube-api-access-abcde';

function podOf(spec: PodSpec): Pod {
  return podKind.defaults({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });
}

/** What the server finds out about a Pod that is made, of which a token changes nothing. */
function found(pod: Pod): unknown {
  return [
    podKind.validate(pod),
    podKind.warnings(pod),
    podKind.prepareForCreate(pod).status?.qosClass,
  ];
}

describe('the volume of a token', () => {
  test('every container has a mount of it, but where something else is at its place', () => {
    const path = '/var/run/secrets/kubernetes.io/serviceaccount';
    const spec = withToken(
      {
        containers: [
          { name: 'a' },
          { name: 'b', volumeMounts: [{ name: 'own', mountPath: path }] },
        ],
      },
      NAME,
    );
    expect(spec.containers[0]?.volumeMounts).toEqual([
      { mountPath: path, name: NAME, readOnly: true },
    ]);
    expect(spec.containers[1]?.volumeMounts).toEqual([{ name: 'own', mountPath: path }]);
    expect(spec.volumes?.map(({ name }) => name)).toEqual([NAME]);
  });

  test('the spec before it is known until another one gets a token', () => {
    const before: PodSpec = { containers: [{ name: 'a' }] };
    const after = withToken(before, NAME);
    expect(withoutToken(after)).toBe(before);
    withToken({ containers: [{ name: 'b' }] }, NAME);
    expect(withoutToken(after)).toBe(after);
  });

  test('a device could be at its place, and without an account there is no token', () => {
    const volumeDevices = [{ name: 'd', devicePath: '/dev/x' }];
    const serviceAccountName = 'default';
    expect(hasRoomForToken({ serviceAccountName, containers: [{ name: 'a' }] })).toBe(true);
    expect(
      hasRoomForToken({ serviceAccountName, containers: [{ name: 'a', volumeDevices }] }),
    ).toBe(false);
    expect(hasRoomForToken({ containers: [{ name: 'a' }] })).toBe(false);
  });

  const manifests = new URL('../../../shared/manifests/', import.meta.url);

  test.skipIf(!existsSync(manifests))(
    'what is found of a spec with a token is what would be found without knowing where it came from',
    () => {
      let count = 0;
      for (const file of readdirSync(manifests, { recursive: true, encoding: 'utf8' }).sort()) {
        if (!/\.ya?ml$/.test(file)) continue;
        const { objects } = parseManifest(readFileSync(new URL(file, manifests), 'utf8'));
        for (const { object } of objects) {
          const spec = specIn(object);
          if (spec === undefined) continue;
          for (const named of [spec, { ...spec, serviceAccountName: 'default' }]) {
            const tokened = withToken(podOf(named).spec, NAME);
            const remembering = found(podOf(tokened));
            // A copy is no spec that anybody remembers.
            const anew = found(podOf(structuredClone(tokened)));
            expect(remembering, file).toEqual(anew);
            count += 1;
          }
        }
      }
      expect(count).toBeGreaterThan(100);
    },
  );
});

/** The spec of the Pods that an object is or makes, as it is decoded. */
function specIn(object: KubernetesObject): PodSpec | undefined {
  const { apiVersion, kind } = object;
  const schema = schemaOf(apiVersion, kind);
  if (schema === undefined) return undefined;
  const options = { fieldValidation: 'Ignore' } as const;
  const decoded = decodeObject(object, { apiVersion, kind }, schema, options);
  if (!decoded.ok) return undefined;
  const { spec } = decoded.value.value as {
    readonly spec?: PodSpec & { readonly template?: { readonly spec?: PodSpec } };
  };
  const found = kind === 'Pod' ? spec : spec?.template?.spec;
  return Array.isArray(found?.containers) ? found : undefined;
}
