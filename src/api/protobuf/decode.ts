import { refusal, success, type Result } from '../../base/result.ts';
import { base64OfBytes } from '../base64.ts';
import { setOwn } from '../patch/json.ts';
import { formatMicroTime, formatTime } from '../time.ts';
import { messageOfKind, shapeOf, type FieldType, type ScalarLetter } from './messages.ts';
import { MalformedMessage, readFields } from './wire.ts';

/**
 * Bodies of `application/vnd.kubernetes.protobuf`, which Go's typed clients send: decoded to the JSON that the same
 * client would have sent otherwise. Answers may always be JSON, so nothing here writes protobuf.
 */

/** The media type. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const MAGIC = [0x6b, 0x38, 0x73, 0x00];
/** JSONSchemaProps holds itself; no real object is as deep as this. */
const DEPTH_MAX = 100;

type JsonFields = Record<string, unknown>;

/** The object in a body as JSON, or what is wrong with the bytes, in upstream's words where it has some. */
export function decodeProtobuf(bytes: Uint8Array): Result<unknown, string> {
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) {
    return refusal(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  try {
    return envelope(bytes.subarray(MAGIC.length));
  } catch (error) {
    if (error instanceof MalformedMessage) return refusal(error.message);
    throw error;
  }
}

/** runtime.Unknown: 1 typeMeta {1 apiVersion, 2 kind}, 2 the object's bytes. */
function envelope(bytes: Uint8Array): Result<unknown, string> {
  let apiVersion = '';
  let kind = '';
  let raw = new Uint8Array();
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) {
      for (const meta of readFields(asBytes(value))) {
        if (meta.number === 1) apiVersion = textOf(meta.value);
        else if (meta.number === 2) kind = textOf(meta.value);
      }
    } else if (number === 2) raw = asBytes(value);
  }
  const message = messageOfKind(apiVersion, kind);
  if (message === undefined) {
    return refusal(
      `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  }
  return success({ kind, apiVersion, ...readMessage(message, raw, 0) });
}

function readMessage(name: string, bytes: Uint8Array, depth: number): JsonFields {
  if (depth > DEPTH_MAX) throw new MalformedMessage('proto: exceeded maximum recursion depth');
  const { fields } = shapeOf(name);
  const object: JsonFields = {};
  for (const { number, value } of readFields(bytes)) {
    const field = fields.get(number);
    // A field of a version to come.
    if (field === undefined) continue;
    if (field.name === '^' && field.type.kind === 'message') {
      Object.assign(object, readMessage(field.type.name, asBytes(value), depth + 1));
      continue;
    }
    addValue(object, field, { value, depth });
  }
  return object;
}

function addValue(
  object: JsonFields,
  field: { readonly name: string; readonly type: FieldType; readonly isPointer: boolean },
  { value, depth }: { readonly value: WireValue; readonly depth: number },
): void {
  const { name, type, isPointer } = field;
  if (type.kind === 'list' && !type.isWrapped) {
    // Only this function puts lists and maps there.
    const list = (object[name] ??= []) as unknown[];
    list.push(readValue(type.element, value, depth));
    return;
  }
  if (type.kind === 'map') {
    const map = (object[name] ??= {}) as JsonFields;
    addEntry(map, type.value, { entry: asBytes(value), depth });
    return;
  }
  const read = readValue(type, value, depth);
  const isZero = read === '' || read === 0 || read === false || read === undefined;
  // Go writes zeros for whatever is no pointer; JSON leaves them out.
  if (isPointer || !isZero) object[name] = read;
}

/** A map's entry is a message of a key and a value. */
function addEntry(
  map: JsonFields,
  type: FieldType,
  { entry, depth }: { readonly entry: Uint8Array; readonly depth: number },
): void {
  let key = '';
  let value: unknown = emptyOf(type);
  for (const part of readFields(entry)) {
    if (part.number === 1) key = textOf(part.value);
    else if (part.number === 2) value = readValue(type, part.value, depth);
  }
  setOwn(map, key, value);
}

function emptyOf(type: FieldType): unknown {
  if (type.kind === 'list') return [];
  return type.kind === 'scalar' ? '' : {};
}

type WireValue = bigint | number | Uint8Array;

function readValue(type: FieldType, value: WireValue, depth: number): unknown {
  switch (type.kind) {
    case 'scalar':
      return readScalar(type.scalar, value);
    case 'message':
      return readMessage(type.name, asBytes(value), depth + 1);
    case 'list':
      return readFields(asBytes(value)).map((item) => readValue(type.element, item.value, depth));
    case 'map': {
      const map: JsonFields = {};
      addEntry(map, type.value, { entry: asBytes(value), depth });
      return map;
    }
  }
}

function readScalar(scalar: ScalarLetter, value: WireValue): unknown {
  switch (scalar) {
    case 's':
      return textOf(value);
    case 'b':
      return numberOf(value) !== 0;
    case 'i':
    case 'd':
      return numberOf(value);
    case 'y':
      return base64OfBytes(asBytes(value));
    case 't':
      return readTime(value, ({ seconds }) => formatTime(seconds * 1000));
    case 'u':
      return readTime(value, ({ seconds, nanos }) =>
        formatMicroTime(seconds * 1_000_000 + Math.floor(nanos / 1000)),
      );
    case 'D':
      return `${numbersOf(value).get(1) ?? 0}ns`;
    case 'q':
      return textOf(readFields(asBytes(value)).find((each) => each.number === 1)?.value ?? none);
    case 'x': {
      const fields = new Map(readFields(asBytes(value)).map((each) => [each.number, each.value]));
      return numberOf(fields.get(1) ?? 0) === 1
        ? textOf(fields.get(3) ?? none)
        : numberOf(fields.get(2) ?? 0);
    }
    case 'j':
      return readJson(readFields(asBytes(value)).find((each) => each.number === 1)?.value ?? none);
  }
}

const none = new Uint8Array();

function readTime(
  value: WireValue,
  format: (time: { readonly seconds: number; readonly nanos: number }) => string,
): string | undefined {
  const numbers = numbersOf(value);
  const seconds = numbers.get(1);
  // The zero time is sent without seconds, and JSON's null means the same.
  return seconds === undefined ? undefined : format({ seconds, nanos: numbers.get(2) ?? 0 });
}

function numbersOf(value: WireValue): ReadonlyMap<number, number> {
  return new Map(readFields(asBytes(value)).map((each) => [each.number, numberOf(each.value)]));
}

function readJson(value: WireValue): unknown {
  const text = textOf(value);
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new MalformedMessage('invalid JSON in a raw extension');
  }
}

function numberOf(value: WireValue): number {
  if (value instanceof Uint8Array) throw new MalformedMessage('proto: wrong wireType = 2');
  return Number(value);
}

function asBytes(value: WireValue): Uint8Array<ArrayBuffer> {
  if (!(value instanceof Uint8Array)) throw new MalformedMessage('proto: wrong wireType = 0');
  // Bodies are read into buffers of their own, never into shared memory.
  return value as Uint8Array<ArrayBuffer>;
}

function textOf(value: WireValue): string {
  return new TextDecoder().decode(asBytes(value));
}
