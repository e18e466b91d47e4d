import { aggregateMessage } from '../../api/field-errors.ts';
import { assert } from '../../base/assert.ts';
import {
  DEFAULT_SCHEDULER_NAME,
  type SchedulerConfiguration,
} from './configuration/configuration.ts';
import { takeConfiguration } from './configuration/take-configuration.ts';
import { buildProfile, type Profile } from './framework/profile.ts';
import type { SchedulerConfig } from './memory.ts';
import { pluginRegistry } from './plugins/index.ts';
import { withUserPlugins } from './user-plugins/registry.ts';

/** The profiles of a configuration by `schedulerName`. Made once for each: plugins are code, not state. */
export function profilesOf(config: SchedulerConfig): ReadonlyMap<string, Profile> {
  const key: object = config.configuration ?? DEFAULTS;
  let profiles = known.get(key);
  if (profiles === undefined) {
    const taken = takeConfiguration(config.configuration ?? DEFAULTS, pluginRegistry);
    // Whoever starts a scheduler has refused a wrong configuration before.
    assert(taken.ok, `a valid configuration: ${taken.ok ? '' : aggregateMessage(taken.error)}`);
    const configured = taken.value.profiles ?? [];
    profiles = new Map(
      configured.map((each) => {
        const name = each.schedulerName ?? DEFAULT_SCHEDULER_NAME;
        return [
          name,
          buildProfile(each, withUserPlugins(pluginRegistry, each.pluginConfig)),
        ] as const;
      }),
    );
    known.set(key, profiles);
  }
  return profiles;
}

/** An empty configuration file. */
const DEFAULTS: SchedulerConfiguration = Object.freeze({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
});
const known = new WeakMap<object, ReadonlyMap<string, Profile>>();
