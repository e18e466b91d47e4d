/**
 * Reads the types that a Go program carries for reflection: names, fields, struct tags. The tags of the API's types say
 * what no published document does: field numbers, which fields are pointers, which are left out when empty.
 * Works for 64-bit ELF programs that are not position-independent, as the published kubectl is.
 */

const TFLAG_UNCOMMON = 1;
const TFLAG_EXTRA_STAR = 2;
const kindNames = {
  1: 'bool',
  17: 'array',
  21: 'map',
  22: 'pointer',
  23: 'slice',
  24: 'string',
  25: 'struct',
};
const integerKinds = new Set([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
const floatKinds = new Set([13, 14]);

/** A reader over the bytes of a program. Types are named by their address. */
export function readGoTypes(bytes) {
  const sections = readSections(bytes);
  const data = sections.get('.rodata');
  const links = sections.get('.typelink');
  const at = (address) => address - data.address + data.offset;
  const pointer = (address) => Number(bytes.readBigUInt64LE(at(address)));

  function nameAt(address) {
    let offset = at(address);
    const flags = bytes[offset++];
    const text = () => {
      let length = 0;
      let shift = 0;
      let byte;
      do {
        byte = bytes[offset++];
        length |= (byte & 127) << shift;
        shift += 7;
      } while (byte & 128);
      const start = offset;
      offset += length;
      return bytes.toString('utf8', start, offset);
    };
    const name = text();
    return { name, tag: flags & 2 ? text() : '', isEmbedded: (flags & 8) !== 0 };
  }

  const known = new Map();
  function typeAt(address) {
    let type = known.get(address);
    if (type !== undefined) return type;
    const offset = at(address);
    const flags = bytes[offset + 20];
    const kindNumber = bytes[offset + 23] & 31;
    let { name } = nameAt(data.address + bytes.readInt32LE(offset + 40));
    if (flags & TFLAG_EXTRA_STAR) name = name.slice(1);
    const kind = integerKinds.has(kindNumber)
      ? 'integer'
      : floatKinds.has(kindNumber)
        ? 'float'
        : (kindNames[kindNumber] ?? 'other');
    type = { address, name, kind, packagePath: '' };
    known.set(address, type);
    // Behind what its kind needs, a named type has the path of its package.
    const sizes = { struct: 80, pointer: 56, slice: 56, array: 72, map: 104 };
    if (flags & TFLAG_UNCOMMON) {
      const extra = address + (sizes[kind] ?? 48);
      type.packagePath = nameAt(data.address + bytes.readInt32LE(at(extra))).name;
    }
    return type;
  }

  return {
    typeAt,
    /** What a pointer, slice, array or map leads to. */
    element: ({ address, kind }) => typeAt(pointer(address + (kind === 'map' ? 56 : 48))),
    fields({ address }) {
      const start = pointer(address + 56);
      const count = pointer(address + 64);
      return Array.from({ length: count }, (_, index) => ({
        ...nameAt(pointer(start + 24 * index)),
        type: typeAt(pointer(start + 24 * index + 8)),
      }));
    },
    /** The structs that something in the program points to. */
    structs() {
      const found = [];
      for (let offset = 0; offset < links.size; offset += 4) {
        const type = typeAt(data.address + bytes.readInt32LE(links.offset + offset));
        if (type.kind !== 'pointer') continue;
        const target = typeAt(pointer(type.address + 48));
        if (target.kind === 'struct') found.push(target);
      }
      return found;
    },
  };
}

function readSections(bytes) {
  const start = Number(bytes.readBigUInt64LE(0x28));
  const count = bytes.readUInt16LE(0x3c);
  const all = Array.from({ length: count }, (_, index) => {
    const header = start + 64 * index;
    return {
      nameOffset: bytes.readUInt32LE(header),
      address: Number(bytes.readBigUInt64LE(header + 16)),
      offset: Number(bytes.readBigUInt64LE(header + 24)),
      size: Number(bytes.readBigUInt64LE(header + 32)),
    };
  });
  const names = all[bytes.readUInt16LE(0x3e)];
  return new Map(
    all.map((section) => {
      const from = names.offset + section.nameOffset;
      return [bytes.toString('latin1', from, bytes.indexOf(0, from)), section];
    }),
  );
}
