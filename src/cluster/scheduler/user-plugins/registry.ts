import { type FieldError, invalid } from '../../../api/field-errors.ts';
import type { PluginConfig } from '../configuration/configuration.ts';
import type { SchedulerPlugin } from '../framework/plugin.ts';
import type { PluginRegistry } from '../framework/profile.ts';
import { readPluginScript } from './plugin-script.ts';
import { userPlugin } from './user-plugin.ts';

/** The script of a plugin that a user has written: its args are `source` alone. */
export function sourceOf({ args }: PluginConfig): string | undefined {
  const source = args?.['source'];
  return typeof source === 'string' ? source : undefined;
}

/**
 * The plugins a profile can enable: those there are, and those a user has written into its `pluginConfig`.
 * For a script with faults, which `scriptErrors` refuses, something stands in that lets all pass.
 */
export function withUserPlugins(
  registry: PluginRegistry,
  pluginConfig: readonly PluginConfig[] | undefined,
): PluginRegistry {
  let extended: Record<string, PluginRegistry[string]> | undefined;
  for (const config of pluginConfig ?? []) {
    const source = sourceOf(config);
    if (source === undefined || Object.hasOwn(registry, config.name)) continue;
    const script = readPluginScript(source);
    extended ??= { ...registry };
    const plugin = script.ok ? userPlugin(config.name, script.value) : standIn(config.name);
    Object.defineProperty(extended, config.name, { value: () => plugin, enumerable: true });
  }
  return extended ?? registry;
}

function standIn(name: string): SchedulerPlugin {
  return { name, filter: () => undefined, score: () => 0 };
}

/** What is wrong with a user's plugin. */
export function scriptErrors(source: string, path: string): FieldError[] {
  const script = readPluginScript(source);
  if (script.ok) return [];
  const { line, message } = script.error;
  const text = (source.split('\n')[Math.max(line - 1, 0)] ?? '').trim();
  const where = line === 0 ? message : `line ${line}: ${message}`;
  return [invalid(path, text.length > LINE_MAX ? `${text.slice(0, LINE_MAX)}…` : text, where)];
}

const LINE_MAX = 80;
