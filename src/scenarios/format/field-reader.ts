import { joinIndex, joinKey } from '../../api/manifest/field-path.ts';

/** A mistake in a scenario file: where it is, and what was expected there. */
export interface FieldFault {
  /** As the API writes paths: `steps[2].expect[0].within`. */
  readonly path: string;
  readonly message: string;
}

/** A place in a document that is being read, with where its faults go. Nothing throws; what is wrong reads as empty. */
export interface FieldReader {
  readonly path: string;
  readonly value: unknown;
  readonly faults: FieldFault[];
}

export function readerOf(value: unknown): FieldReader {
  return { path: '', value, faults: [] };
}

export function complain({ path, faults }: FieldReader, message: string): void {
  faults.push({ path, message });
}

/** The reader of a field; its value is undefined where the field is absent. */
export function field(reader: FieldReader, name: string): FieldReader {
  const { value, path, faults } = reader;
  const inside = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return { path: joinKey(path, name), value: inside ?? undefined, faults };
}

export function isGiven(reader: FieldReader): boolean {
  return reader.value !== undefined;
}

/** Complains of fields that mean nothing here, and of a value that is no mapping. False for the latter. */
export function expectFields(reader: FieldReader, known: readonly string[]): boolean {
  if (!isRecord(reader.value)) {
    complain(reader, `a mapping with ${known.join(', ')} is expected here`);
    return false;
  }
  for (const name of Object.keys(reader.value)) {
    if (known.includes(name)) continue;
    complain(
      { ...reader, path: joinKey(reader.path, name) },
      `there is no field "${name}" here; known are ${known.join(', ')}`,
    );
  }
  return true;
}

export function readText(reader: FieldReader): string | undefined {
  const { value } = reader;
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  complain(reader, 'a text is expected here');
  return undefined;
}

export function requireText(reader: FieldReader): string {
  if (!isGiven(reader)) complain(reader, 'this field is required');
  return readText(reader) ?? '';
}

export function readNumber(reader: FieldReader): number | undefined {
  const { value } = reader;
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  complain(reader, 'a number is expected here');
  return undefined;
}

export function readFlag(reader: FieldReader): boolean | undefined {
  const { value } = reader;
  if (value === undefined || typeof value === 'boolean') return value;
  complain(reader, 'true or false is expected here');
  return undefined;
}

/** One of a few words; the first when it is absent. */
export function readChoice<Choice extends string>(
  reader: FieldReader,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  if (!isGiven(reader)) return choices[0];
  const found = choices.find((each) => each === reader.value);
  if (found === undefined) complain(reader, `one of ${choices.join(', ')} is expected here`);
  return found ?? choices[0];
}

/** The readers of a list's items; none where it is absent. */
export function readItems(reader: FieldReader): readonly FieldReader[] {
  const { value, path, faults } = reader;
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    complain(reader, 'a list is expected here');
    return [];
  }
  return value.map((item: unknown, index) => ({
    path: joinIndex(path, index),
    value: item,
    faults,
  }));
}

/** The readers of a mapping's values, by key. */
export function readEntries(reader: FieldReader): readonly (readonly [string, FieldReader])[] {
  const { value, faults, path } = reader;
  if (value === undefined) return [];
  if (!isRecord(value)) {
    complain(reader, 'a mapping is expected here');
    return [];
  }
  return Object.entries(value).map(
    ([key, inside]) => [key, { path: joinKey(path, key), value: inside, faults }] as const,
  );
}

/** A mapping of texts, without a prototype. */
export function readTexts(reader: FieldReader): Readonly<Record<string, string>> {
  const texts = Object.create(null) as Record<string, string>;
  for (const [key, inside] of readEntries(reader)) texts[key] = readText(inside) ?? '';
  return texts;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
