import { expect, test } from 'vitest';
import { parseManifest } from '../../api/manifest/parse.ts';
import { withOwnPlugin } from './own-plugin.ts';

const TEXT = `profiles:
  - schedulerName: default-scheduler
    plugins:
      multiPoint:
        enabled:
          - name: NodeName
    pluginConfig:
      - name: NodeResourcesFit
        args: {}
`;

interface Configuration {
  readonly profiles: readonly {
    readonly plugins: { readonly multiPoint: { readonly enabled: readonly { name: string }[] } };
    readonly pluginConfig: readonly { name: string; args: { source?: string } }[];
  }[];
}

test('a plugin of one’s own is written into the lists of the first profile', () => {
  const once = withOwnPlugin(TEXT) ?? '';
  const twice = withOwnPlugin(once) ?? '';
  // The configuration above, with two plugins more.
  const value = parseManifest(twice).documents[0]?.value as Configuration | undefined;
  const profile = value?.profiles[0];
  expect(profile?.plugins.multiPoint.enabled.map(({ name }) => name)).toEqual([
    'MyPlugin2',
    'MyPlugin',
    'NodeName',
  ]);
  expect(profile?.pluginConfig.map(({ name }) => name)).toEqual([
    'MyPlugin2',
    'MyPlugin',
    'NodeResourcesFit',
  ]);
  expect(profile?.pluginConfig[0]?.args.source).toContain('function filter(pod, node)');
});

test('without such lists the text is left to the person', () => {
  expect(withOwnPlugin('profiles: []\n')).toBeUndefined();
});
