/** The types of the language. Plain and shared; compared by what they say. */
export interface CelType {
  readonly kind: TypeKind;
  /** Of a `struct`, an `opaque` type and a parameter; of others the kind. */
  readonly name: string;
  readonly parameters: readonly CelType[];
  /** Of a struct whose fields are known: by their names as expressions write them. */
  readonly fields?: () => ReadonlyMap<string, CelType>;
}

export type TypeKind =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  /** Of what has an issue already: fits everything. */
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  /** Known by its name and parameters alone: `optional_type`. */
  | 'opaque'
  /** Stands for a type that is found out. */
  | 'parameter'
  | 'string'
  /** An object with fields, or one of Kubernetes' own values. */
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint';

const none: readonly CelType[] = [];

function simple(kind: TypeKind): CelType {
  return { kind, name: kind, parameters: none };
}

export const celTypes = {
  bool: simple('bool'),
  bytes: simple('bytes'),
  double: simple('double'),
  duration: simple('duration'),
  dyn: simple('dyn'),
  error: simple('error'),
  int: simple('int'),
  null: simple('null'),
  string: simple('string'),
  timestamp: simple('timestamp'),
  type: simple('type'),
  uint: simple('uint'),
} as const;

export function listType(element: CelType): CelType {
  return { kind: 'list', name: 'list', parameters: [element] };
}

export function mapType(key: CelType, value: CelType): CelType {
  return { kind: 'map', name: 'map', parameters: [key, value] };
}

export function typeOfType(type: CelType): CelType {
  return { kind: 'type', name: 'type', parameters: [type] };
}

export function optionalType(type: CelType): CelType {
  return { kind: 'opaque', name: 'optional_type', parameters: [type] };
}

export function parameterType(name: string): CelType {
  return { kind: 'parameter', name, parameters: none };
}

/** `fields` is asked when a field is first selected. */
export function structType(name: string, fields?: () => ReadonlyMap<string, CelType>): CelType {
  const base = { kind: 'struct', name, parameters: none } as const;
  if (fields === undefined) return base;
  let known: ReadonlyMap<string, CelType> | undefined;
  return { ...base, fields: () => (known ??= fields()) };
}

/** A type as the checker's messages print it. */
export function typeText({ kind, name, parameters }: CelType): string {
  if (kind === 'error') return '!error!';
  return parameters.length === 0 ? name : `${name}(${parameters.map(typeText).join(', ')})`;
}

const runtimeNames: Partial<Record<TypeKind, string>> = {
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
};

/** The name of a type's values at run time, without parameters. */
export function runtimeName({ kind, name }: CelType): string {
  return runtimeNames[kind] ?? name;
}

/** A type as it prints itself. */
export function typeName(type: CelType): string {
  const { parameters } = type;
  const own = runtimeName(type);
  return parameters.length === 0 ? own : `${own}(${parameters.map(typeName).join(', ')})`;
}

export function isSameType(a: CelType, b: CelType): boolean {
  return (
    a === b ||
    (a.kind === b.kind &&
      a.name === b.name &&
      a.parameters.length === b.parameters.length &&
      a.parameters.every((each, i) => isSameType(each, b.parameters[i] as CelType))) // As long.
  );
}

/** What an optional holds; undefined for other types. */
export function heldType({ kind, name, parameters }: CelType): CelType | undefined {
  return kind === 'opaque' && name === 'optional_type' ? parameters[0] : undefined;
}

/** Reads `map(string, list(A))`; a single capital letter is a parameter, what has a dot a struct. */
export function parseType(text: string): CelType {
  const source = text.trim();
  const open = source.indexOf('(');
  if (open < 0) {
    if (Object.hasOwn(celTypes, source)) return celTypes[source as keyof typeof celTypes];
    return /^[A-Z]$/.test(source) ? parameterType(source) : structType(source);
  }
  const name = source.slice(0, open);
  const parameters = splitTypes(source.slice(open + 1, -1)).map(parseType);
  const kind = name === 'list' || name === 'map' || name === 'type' ? name : 'opaque';
  return { kind, name, parameters };
}

/** The parts between commas that stand in no brackets. */
export function splitTypes(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    else if (text[at] === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  const last = text.slice(start);
  return last.trim() === '' ? parts : [...parts, last];
}
