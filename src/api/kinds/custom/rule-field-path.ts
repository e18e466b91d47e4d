import type { Structural } from './structural.ts';

/**
 * Reads a rule's `fieldPath`, relative to where the rule stands: `.spec.name`, `['a.b']` (upstream: apiextensions'
 * `cel.ValidFieldPath`). The path as errors show it; undefined where it leads nowhere in the schema.
 */
export function ruleFieldPath(path: string, schema: Structural): string | undefined {
  const step = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/y;
  let at = schema;
  let shown = '';
  while (step.lastIndex < path.length) {
    const match = step.exec(path);
    if (match === null) return undefined;
    const name = match[1] ?? (match[2] ?? '').replace(/\\(.)/g, '$1');
    const { properties, additional } = at;
    if (properties.size > 0) {
      const child = properties.get(name);
      if (child === undefined) return undefined;
      at = child;
      shown = shown === '' ? name : `${shown}.${name}`;
    } else if (typeof additional === 'object') {
      at = additional;
      shown = `${shown}[${name}]`;
    } else return undefined;
  }
  return shown;
}
