import { describe, expect, test } from 'vitest';
import type { ObjectMeta, PersistentVolumeClaim, Pod, Volume } from './generated/types.ts';
import { claimsOfPod, notMadeFor } from './pod-volume-claims.ts';

const podWith = (volumes?: readonly Volume[]): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0', namespace: 'default', uid: 'uid-web' },
  spec: { containers: [], ...(volumes === undefined ? {} : { volumes }) },
});

const named: Volume = { name: 'a', persistentVolumeClaim: { claimName: 'data' } };
const own: Volume = { name: 'b', ephemeral: {} };
const other: Volume = { name: 'c', emptyDir: {} };

describe('the claims of a Pod', () => {
  test.each<[string, readonly Volume[] | undefined, readonly unknown[]]>([
    ['no volumes', undefined, []],
    ['volumes of other kinds', [other], []],
    ['one that is named', [other, named], [{ claimName: 'data', isEphemeral: false }]],
    ['one that is made for it', [own], [{ claimName: 'web-0-b', isEphemeral: true }]],
    [
      'both, in the order of the volumes',
      [own, other, named],
      [
        { claimName: 'web-0-b', isEphemeral: true },
        { claimName: 'data', isEphemeral: false },
      ],
    ],
  ])('%s', (_, volumes, claims) => {
    expect(claimsOfPod(podWith(volumes))).toEqual(claims);
  });
});

describe('a claim was made for a Pod', () => {
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'web-0', uid: 'uid-web', controller: true };
  const wrong = (namespace = 'default') =>
    `PVC ${namespace}/web-0-b was not created for pod default/web-0 (pod is not owner)`;
  test.each<[string, Partial<ObjectMeta>, string | undefined]>([
    ['which controls it', { ownerReferences: [owner] }, undefined],
    ['not when nobody owns it', {}, wrong()],
    [
      'not when the Pod owns and does not control it',
      { ownerReferences: [{ ...owner, controller: false }] },
      wrong(),
    ],
    [
      'not when it was for an earlier Pod of the name',
      { ownerReferences: [{ ...owner, uid: 'uid-old' }] },
      wrong(),
    ],
    ['not when it is elsewhere', { namespace: 'other', ownerReferences: [owner] }, wrong('other')],
  ])('%s', (_, more, expected) => {
    const claim: PersistentVolumeClaim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'web-0-b', namespace: 'default', ...more },
      spec: {},
    };
    expect(notMadeFor(podWith([own]), claim)).toBe(expected);
  });
});
