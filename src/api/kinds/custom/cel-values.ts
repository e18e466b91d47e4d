import { textOf } from '../../../base/byte-text.ts';
import { bytesOfBase64 } from '../../base64.ts';
import { millisOf } from '../../cel/durations.ts';
import { double, Special } from '../../cel/values.ts';
import { isList, isObject, setOwn } from '../../patch/json.ts';
import { parseTime } from '../../time.ts';
import { schemaAt } from './prune.ts';
import type { Structural } from './structural.ts';

/** Whether a value of a schema, or something in it, is another value to a rule than JSON tells. */
function isTyped(schema: Structural): boolean {
  let known = typed.get(schema);
  if (known === undefined) {
    const { type, format, items, additional, properties } = schema;
    known =
      type === 'number' ||
      (type === 'string' && FORMATS.has(format)) ||
      (items !== undefined && isTyped(items)) ||
      (typeof additional === 'object' && isTyped(additional)) ||
      [...properties.values()].some(isTyped);
    typed.set(schema, known);
  }
  return known;
}

const typed = new WeakMap<Structural, boolean>();
const FORMATS: ReadonlySet<string> = new Set(['byte', 'duration', 'date', 'date-time']);

/**
 * A value as rules see it by its schema (upstream: `cel/common.UnstructuredToVal`): times, durations, bytes and doubles are
 * such where the schema says so.
 */
export function celValue(value: unknown, schema: Structural): unknown {
  if (value === null || value === undefined || !isTyped(schema)) return value;
  if (isList(value)) {
    const { items } = schema;
    return items === undefined ? value : value.map((each) => celValue(each, items));
  }
  if (isObject(value)) {
    const seen: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      const child = schemaAt(schema, name);
      const own = value[name];
      setOwn(seen, name, child === undefined || child === true ? own : celValue(own, child));
    }
    return seen;
  }
  if (schema.type === 'number') return typeof value === 'number' ? double(value) : value;
  return typeof value === 'string' && schema.type === 'string'
    ? formatted(value, schema.format)
    : value;
}

function formatted(value: string, format: string): unknown {
  switch (format) {
    case 'byte':
      return new Special({ type: 'bytes', text: textOf(bytesOfBase64(value)) });
    case 'duration': {
      const millis = millisOf(value);
      return millis === undefined ? value : new Special({ type: 'duration', millis });
    }
    case 'date':
    case 'date-time': {
      const millis = parseTime(value);
      return millis === undefined ? value : new Special({ type: 'timestamp', millis });
    }
    default:
      return value;
  }
}
