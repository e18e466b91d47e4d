import { expect, test } from 'vitest';
import { allKinds, apiVersionOf } from './index.ts';
import { kindPlaces } from './places.ts';

test('the places of kinds are those of their declarations', () => {
  const declared = allKinds.map((each) => ({
    apiVersion: apiVersionOf(each),
    kind: each.kind,
    plural: each.plural,
    storage: each.storage,
  }));
  const key = (each: { readonly apiVersion: string; readonly kind: string }): string =>
    `${each.apiVersion} ${each.kind}`;
  const sorted = <T extends { apiVersion: string; kind: string }>(list: readonly T[]): T[] =>
    list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  expect(sorted(kindPlaces)).toEqual(sorted(declared));
});
