import { isList, isObject } from '../patch/json.ts';

/**
 * OpenAPI v2 in protobuf, as kubectl wants it: the definitions of all types, by which `explain` in its old form goes, and
 * whether the server validates fields (asked of Namespace where a `List` is sent). The other operations are left out: no
 * client asks for them in this form. The numbers are those of gnostic's messages.
 */

/** The media type that clients ask for. */
export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** The media type of the answer: what is asked for is no valid one. */
export const OPENAPI_V2_ANSWER = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

type Fields = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();

/** The document as bytes. `definitions` are those of the document in JSON (`swagger.ts`). */
export function openApiV2Document(release: string, definitions: Fields = {}): Uint8Array {
  const groupVersionKind = extension('x-kubernetes-group-version-kind', {
    group: '',
    kind: 'Namespace',
    version: 'v1',
  });
  const patch = message(
    ...['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) =>
      bytes(8, parameterItem(name)),
    ),
    bytes(13, groupVersionKind),
  );
  const path = message(text(1, '/api/v1/namespaces/{name}'), bytes(2, message(bytes(8, patch))));
  return message(
    text(1, '2.0'),
    bytes(2, message(text(1, 'Kubernetes'), text(2, release))),
    bytes(8, message(bytes(2, path))),
    bytes(9, namedSchemas(definitions)),
  );
}

/** A parameter of the query, inside the unions around it. */
function parameterItem(name: string): Uint8Array {
  const query = message(text(2, 'query'), text(4, name), text(6, 'string'));
  const nonBody = message(bytes(3, query));
  return message(bytes(1, message(bytes(2, nonBody))));
}

function namedSchemas(schemas: Fields): Uint8Array {
  return message(
    ...Object.entries(schemas).map(([name, schema]) =>
      bytes(1, message(text(1, name), bytes(2, schemaMessage(schema)))),
    ),
  );
}

function schemaMessage(schema: unknown): Uint8Array {
  if (!isObject(schema)) return message();
  const { $ref, format, description, required, additionalProperties, type, items, properties } =
    schema;
  return message(
    ...optionalText(1, $ref),
    ...optionalText(2, format),
    ...optionalText(4, description),
    ...(isList(required) ? required.map((each) => text(19, String(each))) : []),
    ...(isObject(additionalProperties)
      ? [bytes(21, message(bytes(1, schemaMessage(additionalProperties))))]
      : []),
    ...(typeof type === 'string' ? [bytes(22, message(text(1, type)))] : []),
    ...(isObject(items) ? [bytes(23, message(bytes(1, schemaMessage(items))))] : []),
    ...(isObject(properties) ? [bytes(25, namedSchemas(properties))] : []),
    ...Object.entries(schema)
      .filter(([name]) => name.startsWith('x-'))
      .map(([name, value]) => bytes(31, extension(name, value))),
  );
}

/** A field of Kubernetes' own. Its value is YAML, of which JSON is a part. */
function extension(name: string, value: unknown): Uint8Array {
  return message(text(1, name), bytes(2, message(text(2, JSON.stringify(value)))));
}

function optionalText(number: number, value: unknown): readonly Uint8Array[] {
  return typeof value === 'string' && value !== '' ? [text(number, value)] : [];
}

function message(...fields: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(fields.reduce((size, field) => size + field.length, 0));
  let at = 0;
  for (const field of fields) {
    whole.set(field, at);
    at += field.length;
  }
  return whole;
}

function text(number: number, value: string): Uint8Array {
  return bytes(number, encoder.encode(value));
}

/** A field of length-delimited wire type. */
function bytes(number: number, value: Uint8Array): Uint8Array {
  return message(Uint8Array.from([...varint(number * 8 + 2), ...varint(value.length)]), value);
}

function varint(value: number): number[] {
  const low: number[] = [];
  let rest = value;
  while (rest > 127) {
    low.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...low, rest];
}
