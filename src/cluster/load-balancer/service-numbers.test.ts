import { expect, test } from 'vitest';
import type { Service } from '../../api/generated/types.ts';
import { SECOND } from '../../kernel/time.ts';
import { answerTo, apiServer, balancedRig, run, send } from './testing.ts';

const path = '/api/v1/namespaces/default/services';
const service = (name: string, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

test('three servers that give out addresses at one instant never give one twice', () => {
  const rig = balancedRig({ serviceCidr: '10.96.0.0/26' });
  run(rig, 15 * SECOND);
  const ids: number[] = [];
  for (let i = 0; i < 54; i++) {
    const body = service(`s${i}`, { type: i % 2 === 0 ? 'NodePort' : 'ClusterIP' });
    ids.push(send(rig, { method: 'POST', path, body }, apiServer(1 + (i % 3))));
  }
  run(rig, 20 * SECOND);
  const made = ids.map((id) => answerTo(rig, id));
  expect(made.map((each) => each?.code)).toEqual(ids.map(() => 201));
  const services = made.map((each) => each?.body as Service);
  const addresses = services.map(({ spec }) => spec?.clusterIP);
  expect(new Set(addresses).size).toBe(54);
  const ports = services.flatMap(
    ({ spec }) => spec?.ports?.flatMap((each) => each.nodePort ?? []) ?? [],
  );
  expect(ports).toHaveLength(27);
  expect(new Set(ports).size).toBe(27);
});

test('of two that ask for the same address or port at once, one is refused', () => {
  const rig = balancedRig();
  run(rig, 15 * SECOND);
  const both = (
    spec: object,
    names: readonly [string, string],
  ): readonly (number | undefined)[] => {
    const ids = names.map((name, at) =>
      send(rig, { method: 'POST', path, body: service(name, spec) }, apiServer(at + 1)),
    );
    run(rig, 5 * SECOND);
    return ids.map((id) => answerTo(rig, id)?.code).toSorted();
  };
  expect(both({ clusterIP: '10.96.0.77' }, ['a', 'b'])).toEqual([201, 422]);
  expect(both({ type: 'NodePort', ports: [{ port: 80, nodePort: 31_000 }] }, ['c', 'd'])).toEqual([
    201, 422,
  ]);
});
