import { DEFAULT_SCHEDULER_NAME } from './configuration/configuration.ts';
import { buildProfile, type Profile } from './framework/profile.ts';
import type { SchedulerConfig } from './memory.ts';
import { pluginRegistry } from './plugins/index.ts';

/** The profiles of a configuration by `schedulerName`. Made once for each: plugins are code, not state. */
export function profilesOf(config: SchedulerConfig): ReadonlyMap<string, Profile> {
  const key: object = config.configuration ?? DEFAULTS;
  let profiles = known.get(key);
  if (profiles === undefined) {
    const configured = config.configuration?.profiles ?? [{}];
    profiles = new Map(
      configured.map((each) => {
        const name = each.schedulerName ?? DEFAULT_SCHEDULER_NAME;
        return [name, buildProfile(each, pluginRegistry)] as const;
      }),
    );
    known.set(key, profiles);
  }
  return profiles;
}

const DEFAULTS = Object.freeze({});
const known = new WeakMap<object, ReadonlyMap<string, Profile>>();
