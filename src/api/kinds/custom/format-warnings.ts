import { isKnownFormat } from './formats.ts';
import type { Structural } from './structural.ts';

/** A warning for each format of texts that the API server does not know, once (upstream: since 1.34). */
export function formatWarnings(schema: Structural): readonly string[] {
  const found = new Set<string>();
  collect(schema, found);
  return [...found].sort().map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

function collect(schema: Structural, found: Set<string>): void {
  const { type, format, items, additional } = schema;
  if (type === 'string' && format !== '' && !isKnownFormat(format)) found.add(format);
  for (const child of schema.properties.values()) collect(child, found);
  if (items !== undefined) collect(items, found);
  if (typeof additional === 'object') collect(additional, found);
}
