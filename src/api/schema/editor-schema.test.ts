import { describe, expect, test } from 'vitest';
import { descriptionGroupOf, descriptionLoaders } from '../generated/descriptions/load.ts';
import { type Descriptions, editorSchema, type JsonSchema } from './editor-schema.ts';
import { kindsWithSchema } from './lookup.ts';

async function loadAll(): Promise<Descriptions> {
  const loaded = await Promise.all(Object.values(descriptionLoaders).map((load) => load()));
  return Object.assign({}, ...loaded.map((module) => module.default)) as Descriptions;
}

describe('the editor’s schema', () => {
  test('every kind, and every reference leads to a definition', () => {
    const schema = editorSchema(kindsWithSchema(), {});
    expect(schema.oneOf).toHaveLength(kindsWithSchema().length);
    const walk = (part: unknown): void => {
      if (typeof part !== 'object' || part === null) return;
      const { $ref } = part as JsonSchema;
      if (typeof $ref === 'string') {
        expect(schema.definitions).toHaveProperty([$ref.slice('#/definitions/'.length)]);
      }
      Object.values(part).forEach(walk);
    };
    walk(schema);
  });

  test('what completion and markers need', () => {
    const { definitions } = editorSchema([['apps/v1', 'Deployment']], {});
    expect(definitions?.['Deployment']).toMatchObject({
      title: 'Deployment',
      required: ['apiVersion', 'kind'],
      additionalProperties: false,
      properties: { apiVersion: { enum: ['apps/v1'] }, kind: { enum: ['Deployment'] } },
    });
    expect(definitions?.['DeploymentSpec']?.required).toEqual(['selector', 'template']);
    expect(definitions?.['Container']?.properties?.['imagePullPolicy']).toEqual({
      type: 'string',
      enum: ['Always', 'IfNotPresent', 'Never'],
    });
    expect(definitions?.['HTTPGetAction']?.properties?.['port']?.oneOf).toHaveLength(2);
    expect(definitions).not.toHaveProperty('Service');
  });

  test('texts of every group of the given kinds', async () => {
    const descriptions = await loadAll();
    const { definitions } = editorSchema(kindsWithSchema(), descriptions);
    const texts = Object.values(definitions ?? {}).filter((each) => each.description !== undefined);
    expect(texts.length).toBeGreaterThan(400);
    expect(definitions?.['PodSpec']?.properties?.['containers']?.description).toMatch(
      /^List of containers/,
    );
    for (const [apiVersion, kind] of kindsWithSchema()) {
      const group = descriptionGroupOf[`${apiVersion}/${kind}`];
      expect(group === undefined ? undefined : descriptionLoaders[group]).toBeDefined();
    }
  });
});
