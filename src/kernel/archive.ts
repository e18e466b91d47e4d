import type { World } from './world.ts';

/**
 * A world as text-safe data (JSON without loss): what is saved in the browser, shared as a file, and
 * read back elsewhere. Values that are shared by reference are written once and shared again when read,
 * and what was frozen is frozen again, so that a restored world costs and behaves like the original.
 */
export interface Archive {
  readonly format: 1;
  /** Every object once; `encoded` values refer to one another by index. */
  readonly table: readonly EncodedObject[];
  readonly root: EncodedValue;
}

type EncodedValue = string | number | boolean | null | { readonly r: number } | { readonly u: 1 };

type EncodedObject =
  | { readonly o: Readonly<Record<string, EncodedValue>>; readonly f?: 1 }
  | { readonly a: readonly EncodedValue[]; readonly f?: 1 }
  | { readonly m: readonly (readonly [EncodedValue, EncodedValue])[]; readonly f?: 1 }
  | { readonly s: readonly EncodedValue[]; readonly f?: 1 };

const OWN = { writable: true, enumerable: true, configurable: true } as const;

/** Writes a world as an archive. */
export function encodeWorld(world: World): Archive {
  const table: EncodedObject[] = [];
  const indexes = new Map<object, number>();

  const encode = (value: unknown): EncodedValue => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw new TypeError('a world holds no infinite numbers');
        return value;
      case 'undefined':
        return { u: 1 };
      case 'object':
        return value === null ? null : { r: encodeObject(value) };
      default:
        throw new TypeError(`a world holds plain data only, not a ${typeof value}`);
    }
  };
  const encodeObject = (value: object): number => {
    const known = indexes.get(value);
    if (known !== undefined) return known;
    // The index is taken first, so that a table that is reached twice is written once.
    const index = table.length;
    indexes.set(value, index);
    table.push({ a: [] });
    const frozen = Object.isFrozen(value) ? { f: 1 as const } : {};
    if (Array.isArray(value)) table[index] = { a: value.map(encode), ...frozen };
    else if (value instanceof Map) {
      table[index] = {
        m: [...value].map(([key, item]) => [encode(key), encode(item)] as const),
        ...frozen,
      };
    } else if (value instanceof Set) table[index] = { s: [...value].map(encode), ...frozen };
    else {
      const fields: Record<string, EncodedValue> = Object.create(null) as Record<
        string,
        EncodedValue
      >;
      const source = value as Record<string, unknown>;
      for (const key of Object.keys(source)) fields[key] = encode(source[key]);
      table[index] = { o: fields, ...frozen };
    }
    return index;
  };
  const root = encode(world);
  return { format: 1, table, root };
}

/** Reads an archive back. Throws a TypeError with a sentence when it is not one. */
export function decodeWorld(archive: Archive): World {
  if (archive.format !== 1 || !Array.isArray(archive.table)) {
    throw new TypeError('this is not a saved world of a version that can be read');
  }
  const { table } = archive;
  const decoded: (object | undefined)[] = [];

  const decode = (value: EncodedValue): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    return 'u' in value ? undefined : decodeObject(value.r);
  };
  const decodeObject = (index: number): object => {
    const known = decoded[index];
    if (known !== undefined) return known;
    const entry = table[index];
    if (entry === undefined) throw new TypeError('this saved world is damaged');
    if ('a' in entry) {
      const list: unknown[] = [];
      decoded[index] = list;
      for (const item of entry.a) list.push(decode(item));
      return entry.f === 1 ? Object.freeze(list) : list;
    }
    if ('m' in entry) {
      const map = new Map<unknown, unknown>();
      decoded[index] = map;
      for (const [key, item] of entry.m) map.set(decode(key), decode(item));
      return entry.f === 1 ? Object.freeze(map) : map;
    }
    if ('s' in entry) {
      const set = new Set<unknown>();
      decoded[index] = set;
      for (const item of entry.s) set.add(decode(item));
      return entry.f === 1 ? Object.freeze(set) : set;
    }
    const fields: Record<string, unknown> = {};
    decoded[index] = fields;
    for (const key of Object.keys(entry.o)) {
      const value = decode(entry.o[key] as EncodedValue);
      // A user's key may be `__proto__`; a plain assignment would set the prototype.
      if (key === '__proto__') Object.defineProperty(fields, key, { ...OWN, value });
      else fields[key] = value;
    }
    return entry.f === 1 ? Object.freeze(fields) : fields;
  };
  return decode(archive.root) as World;
}
