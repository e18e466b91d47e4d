import { assert } from '../../base/assert.ts';
import type { FieldSchema, ListType, Scalar, StructSchema, TypeSchema } from './schema.ts';

/** Reads the compact text of `../generated/schemas.ts`; its grammar stands at the top of that file. */

const scalars: Readonly<Record<string, readonly [Scalar, string]>> = {
  s: ['string', 'string'],
  b: ['boolean', 'bool'],
  i: ['int32', 'int32'],
  l: ['int64', 'int64'],
  d: ['double', 'float64'],
  q: ['quantity', 'resource.Quantity'],
  t: ['time', 'v1.Time'],
  u: ['microTime', 'v1.MicroTime'],
  x: ['intOrString', 'intstr.IntOrString'],
  y: ['bytes', '[]uint8'],
  j: ['json', 'runtime.RawExtension'],
};

const headPattern = /^(\^?)(\w*)(?:\/(\w+))?$/;
const fieldPattern =
  /^([^!?+*^;,:]+)([!?+*^;,]*):([^#~&$%@=]+)(?:#([\w,]+))?(?:(~)(\w*))?(&?)(\$?)(%?)(?:@([\w.]+))?(?:=(\w+))?$/;

/** One struct from its name and text. */
export function parseStruct(name: string, text: string): StructSchema {
  const headEnd = text.indexOf(':');
  const head = headPattern.exec(text.slice(0, headEnd));
  assert(head !== null, `the schema of ${name} has no head`);
  const goName = head[2] === undefined || head[2] === '' ? name : head[2];
  const fields = new Map<string, FieldSchema>();
  for (const fieldText of text.slice(headEnd + 1).split(' ')) {
    if (fieldText === '') continue;
    const field = parseField(name, fieldText);
    fields.set(field.name, field);
  }
  return {
    name,
    goName,
    goType: `${head[3] ?? 'v1'}.${goName}`,
    atomic: head[1] === '^',
    fields,
    // By name, so that what is filled in does not depend on the order in which Go's types were written.
    emittedFields: [...fields.values()]
      .filter((field) => field.emitted)
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function parseField(structName: string, text: string): FieldSchema {
  const match = fieldPattern.exec(text);
  assert(match !== null, `cannot read ${text} in the schema of ${structName}`);
  const [
    ,
    name = '',
    flags = '',
    typeText = '',
    listKeys,
    merges,
    mergeKey,
    retains,
    replaces,
    whole,
  ] = match;
  const goType = match[10];
  const required = flags.includes('!');
  const emitted = (required && !flags.includes('*')) || flags.includes('+');
  const type = parseType(typeText, {
    listKeys,
    mergeKey: merges === undefined ? undefined : (mergeKey ?? ''),
    retainKeys: retains === '&',
    replace: replaces === '$',
    atomicMap: whole === '%',
    goType,
  });
  return {
    name,
    element: `f:${name}`,
    type,
    required,
    documentedRequired: required && !flags.includes('?'),
    emitted,
    written: flags.includes(';') || (emitted && !flags.includes(',')),
    omitsZero: !emitted && !flags.includes('^') && hasZero(type),
    defaultValue: match[11],
  };
}

/** Types whose zero value Go's `omitempty` leaves out: all but structs, and the scalars that are structs in Go. */
function hasZero(type: TypeSchema): boolean {
  if (type.kind !== 'scalar') return type.kind !== 'struct';
  switch (type.scalar) {
    case 'string':
    case 'boolean':
    case 'int32':
    case 'int64':
    case 'double':
    case 'bytes':
      return true;
    default:
      return false;
  }
}

interface FieldMarks {
  readonly listKeys: string | undefined;
  readonly mergeKey: string | undefined;
  readonly retainKeys: boolean;
  readonly replace: boolean;
  readonly atomicMap: boolean;
  readonly goType: string | undefined;
}

function parseType(text: string, marks: FieldMarks): TypeSchema {
  switch (text[0]) {
    case '[':
      return parseList(text, marks);
    case '{':
      return { kind: 'map', value: parseType(text.slice(1, -1), marks), atomic: marks.atomicMap };
    case '(':
      return {
        kind: 'scalar',
        scalar: 'string',
        enum: text.slice(1, -1).replaceAll('·', ' ').split('|'),
        goType: qualified(marks.goType) ?? 'string',
      };
    default: {
      const scalar = scalars[text];
      if (scalar === undefined) {
        return { kind: 'struct', name: text, retainKeys: marks.retainKeys, replace: marks.replace };
      }
      const goType = text === 's' ? (qualified(marks.goType) ?? scalar[1]) : scalar[1];
      return { kind: 'scalar', scalar: scalar[0], enum: undefined, goType };
    }
  }
}

function parseList(text: string, marks: FieldMarks): ListType {
  const relationship =
    marks.listKeys === undefined ? 'atomic' : marks.listKeys === 'set' ? 'set' : 'map';
  return {
    kind: 'list',
    element: parseType(text.slice(1, -1), marks),
    relationship,
    keys: relationship === 'map' && marks.listKeys !== undefined ? marks.listKeys.split(',') : [],
    mergeKey: marks.mergeKey,
    retainKeys: marks.retainKeys,
  };
}

/** Go prints a type with its package, which for nearly all string types is called v1. */
function qualified(goType: string | undefined): string | undefined {
  return goType === undefined || goType.includes('.') ? goType : `v1.${goType}`;
}
