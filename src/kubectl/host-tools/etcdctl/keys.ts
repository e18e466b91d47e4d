import { base64OfText } from '../../../api/base64.ts';
import {
  ask,
  fail,
  firstOf,
  headerOf,
  type EtcdKeyValue,
  type EtcdSession,
  type RangeResult,
} from './client.ts';

/** `etcdctl get|put|del|compact`. */

/** Where everything that the API server stores lies. */
const OBJECTS = '/registry/';
const REVISION_MAX = 2 ** 53 - 1;

export async function get(session: EtcdSession, words: readonly string[]): Promise<number> {
  const { line, io, format } = session;
  const [key, given] = words;
  if (key === undefined || words.length > 2)
    return fail(
      session,
      'get command needs one argument as key and an optional argument as range_end',
      128,
    );
  const keysOnly = line.has('keys-only');
  if (keysOnly && line.has('print-value-only'))
    return fail(
      session,
      '`--keys-only` and `--print-value-only` cannot be set at the same time, choose one',
      128,
    );
  const range = rangeOf(session, key, given);
  const limit = Number(line.value('limit') ?? 0);
  const revision = Number(line.value('rev') ?? 0);
  const isSerializable = line.value('consistency') === 's';
  const answer = await firstOf(session, (endpoint) =>
    ask(session, endpoint, {
      type: 'etcd/range',
      ...range,
      ...(limit > 0 ? { limit } : undefined),
      ...(revision > 0 ? { revision } : undefined),
      ...(isSerializable ? { serializable: true } : undefined),
    }),
  );
  if (!answer.ok) return fail(session, answer.error);
  const result = answer.value as unknown as RangeResult; // etcd's answer to a range.
  const found = ordered(session, result.keyValues);
  if (line.has('count-only') && format === 'fields') io.out(`"Count" : ${result.count}\n`);
  else if (format === 'json') await printJson(session, { ...result, keyValues: found });
  else if (format === 'fields') for (const each of found) io.out(fieldsOf(each));
  else if (format === 'table') return fail(session, 'table is not supported as output format', 2);
  else if (!line.has('count-only')) printSimple(session, found);
  return 0;
}

function rangeOf(
  { line }: EtcdSession,
  key: string,
  end: string | undefined,
): { readonly key: string; readonly end?: string } {
  // Keys are texts here: the end of everything is behind the last character that a key may begin with.
  if (line.has('prefix'))
    return key === '' ? { key: '', end: '\uffff' } : { key, end: prefixEnd(key) };
  if (line.has('from-key')) return { key, end: '\uffff' };
  return end === undefined ? { key } : { key, end };
}

/** The first key behind all that begin so. */
function prefixEnd(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  return `${prefix.slice(0, -1)}${String.fromCharCode(last + 1)}`;
}

function ordered({ line }: EtcdSession, found: readonly EtcdKeyValue[]): readonly EtcdKeyValue[] {
  const by = line.value('sort-by')?.toUpperCase();
  const isDown = line.value('order')?.toUpperCase() === 'DESCEND';
  if (by === undefined && !isDown) return found;
  const figure = (each: EtcdKeyValue): number | string =>
    by === 'MODIFY'
      ? each.modRevision
      : by === 'CREATE'
        ? each.createRevision
        : by === 'VERSION'
          ? each.version
          : each.key;
  const sorted = found.toSorted((left, right) => {
    const [one, other] = [figure(left), figure(right)];
    return one < other ? -1 : one > other ? 1 : 0;
  });
  return isDown ? sorted.reverse() : sorted;
}

/** A value as text. The real one holds protobuf behind the letters `k8s`; here it is the object. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const NOTE =
  'kubarium: values are shown as JSON; a real API server stores protobuf, of which a terminal shows fragments\n';

function printSimple({ io, line }: EtcdSession, found: readonly EtcdKeyValue[]): void {
  const keysOnly = line.has('keys-only');
  const valuesOnly = line.has('print-value-only');
  if (!keysOnly && io.stdoutIsTerminal && found.some(({ value }) => typeof value === 'object'))
    io.err(NOTE);
  for (const { key, value } of found) {
    if (!valuesOnly) io.out(`${key}\n`);
    // Without values the line for them stays, empty.
    io.out(keysOnly ? '\n' : `${textOf(value)}\n`);
  }
}

async function printJson(session: EtcdSession, result: RangeResult): Promise<void> {
  const { io, line } = session;
  const keysOnly = line.has('keys-only');
  const items = result.keyValues.map((each) => ({
    key: base64OfText(each.key),
    create_revision: each.createRevision,
    mod_revision: each.modRevision,
    version: each.version,
    ...(keysOnly ? undefined : { value: base64OfText(textOf(each.value)) }),
  }));
  const kvs = items.length === 0 || line.has('count-only') ? '' : `,"kvs":${JSON.stringify(items)}`;
  const more = result.more ? ',"more":true' : '';
  const count = result.count === 0 ? '' : `,"count":${result.count}`;
  io.out(`{"header":${await headerOf(session, result.revision)}${kvs}${more}${count}}\n`);
}

function fieldsOf(each: EtcdKeyValue): string {
  return [
    `"Key" : ${JSON.stringify(each.key)}`,
    `"CreateRevision" : ${each.createRevision}`,
    `"ModRevision" : ${each.modRevision}`,
    `"Version" : ${each.version}`,
    `"Value" : ${JSON.stringify(textOf(each.value))}`,
    '"Lease" : 0',
    '',
  ].join('\n');
}

/** Past the API server, as an operator can; what it stores must stay an object. */
export async function put(session: EtcdSession, words: readonly string[]): Promise<number> {
  const [key, given] = words;
  const { io } = session;
  const text = given ?? (key === undefined ? undefined : (await io.readAll()).replace(/\n$/, ''));
  if (key === undefined || text === undefined)
    return fail(session, 'put command needs 1 argument and input from stdin or 2 arguments', 128);
  const value = key.startsWith(OBJECTS) ? objectOf(text) : text;
  if (value === undefined)
    return fail(
      session,
      'kubarium: below /registry an API server expects its own objects; give one as JSON with apiVersion, kind and metadata',
    );
  const op = { kind: 'put', value };
  const answer = await firstOf(session, (endpoint) => transact(session, endpoint, key, op));
  if (!answer.ok) return fail(session, answer.error);
  io.out('OK\n');
  return 0;
}

function transact(session: EtcdSession, endpoint: string, key: string, op: object) {
  return ask(session, endpoint, { type: 'etcd/txn', key, expectedModRevision: -1, op });
}

function objectOf(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== 'object' || value === null) return undefined;
    return ['apiVersion', 'kind', 'metadata'].every((field) => Object.hasOwn(value, field))
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

export async function del(session: EtcdSession, words: readonly string[]): Promise<number> {
  const [key, end] = words;
  if (key === undefined || words.length > 2)
    return fail(
      session,
      'del command needs one argument as key and an optional argument as range_end',
      128,
    );
  const range = rangeOf(session, key, end);
  const found = await firstOf(session, (endpoint) =>
    ask(session, endpoint, { type: 'etcd/range', ...range }),
  );
  if (!found.ok) return fail(session, found.error);
  const { keyValues } = found.value as unknown as RangeResult; // etcd's answer to a range.
  for (const each of keyValues) {
    const answer = await firstOf(session, (endpoint) =>
      transact(session, endpoint, each.key, { kind: 'delete' }),
    );
    if (!answer.ok) return fail(session, answer.error);
  }
  session.io.out(`${keyValues.length}\n`);
  return 0;
}

export async function compact(session: EtcdSession, words: readonly string[]): Promise<number> {
  const [text] = words;
  if (text === undefined || words.length !== 1)
    return fail(session, 'compaction command needs 1 argument', 128);
  const revision = Number(text);
  if (!Number.isInteger(revision) || revision < 0 || revision > REVISION_MAX)
    return fail(session, `strconv.ParseInt: parsing "${text}": invalid syntax`);
  const answer = await firstOf(session, (endpoint) =>
    ask(session, endpoint, { type: 'etcd/compact', revision }),
  );
  if (!answer.ok) return fail(session, answer.error);
  session.io.out(`compacted revision ${revision}\n`);
  return 0;
}
