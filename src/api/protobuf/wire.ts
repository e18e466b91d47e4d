/** Reading of protobuf's wire format: fields one after another, each with its number and its raw value. */

/** Bytes that are no protobuf message. Thrown inside this folder only; `decode.ts` answers it as a value. */
export class MalformedMessage extends Error {}

/** A field as it stands in the bytes: whole numbers and fixed ones as they are, all else as a stretch of bytes. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | number | Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const VARINT_BYTES_MAX = 10;

/** The fields of a message in the order of the bytes. */
export function readFields(bytes: Uint8Array): readonly WireField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: WireField[] = [];
  let at = 0;

  function varint(): bigint {
    let value = 0n;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = bytes[at++];
      if (byte === undefined) throw new MalformedMessage('unexpected EOF');
      value |= BigInt(byte & 127) << BigInt(7 * count);
      if (byte < 128) return value;
    }
    throw new MalformedMessage('proto: integer overflow');
  }

  function claim(size: number): number {
    const start = at;
    at += size;
    if (at > bytes.length) throw new MalformedMessage('unexpected EOF');
    return start;
  }

  while (at < bytes.length) {
    const key = Number(varint());
    const number = Math.floor(key / 8);
    if (number === 0) throw new MalformedMessage('proto: illegal tag 0');
    switch (key % 8) {
      case VARINT:
        fields.push({ number, value: BigInt.asIntN(64, varint()) });
        break;
      case FIXED64:
        fields.push({ number, value: view.getFloat64(claim(8), true) });
        break;
      case BYTES: {
        const size = Number(varint());
        const start = claim(size);
        fields.push({ number, value: bytes.subarray(start, start + size) });
        break;
      }
      case FIXED32:
        fields.push({ number, value: view.getFloat32(claim(4), true) });
        break;
      default:
        throw new MalformedMessage(`proto: illegal wireType ${key % 8}`);
    }
  }
  return fields;
}
