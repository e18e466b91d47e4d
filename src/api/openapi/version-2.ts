/**
 * The little of OpenAPI v2 that kubectl still asks for, in protobuf as it wants it: whether the server validates fields
 * (asked of Namespace where a `List` is sent), and otherwise an empty document, whereupon it leaves types to the server.
 * The numbers are those of gnostic's messages.
 */

/** The media type that clients ask for. */
export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** The media type of the answer: what is asked for is no valid one. */
export const OPENAPI_V2_ANSWER = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

const encoder = new TextEncoder();

/** The document as bytes. */
export function openApiV2Document(release: string): Uint8Array {
  const groupVersionKind = message(
    text(1, 'x-kubernetes-group-version-kind'),
    bytes(2, message(text(2, 'group: ""\nkind: Namespace\nversion: v1\n'))),
  );
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
  );
}

/** A parameter of the query, inside the unions around it. */
function parameterItem(name: string): Uint8Array {
  const query = message(text(2, 'query'), text(4, name), text(6, 'string'));
  const nonBody = message(bytes(3, query));
  return message(bytes(1, message(bytes(2, nonBody))));
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
