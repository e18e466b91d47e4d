import {
  listType,
  optionalType,
  parseType,
  splitTypes,
  structType,
  type CelType,
} from './types.ts';

/**
 * What functions there are and of which types: cel-go's standard library, its extensions and Kubernetes' libraries, as
 * far as v1.35 has them for new expressions (upstream: `cel/environment/base.go`). One line holds the overloads of a name,
 * `arguments -> result` each; methods begin with their target.
 */
interface Declared {
  readonly functions: Readonly<Record<string, string>>;
  readonly methods: Readonly<Record<string, string>>;
}

const ORDERED =
  'bool,bool | int,int | int,double | int,uint | uint,uint | uint,double | uint,int | double,double | double,int | double,uint | string,string | bytes,bytes | timestamp,timestamp | duration,duration';
const order = ORDERED.split(' | ')
  .map((each) => `${each} -> bool`)
  .join(' | ');
const inZone = 'timestamp -> int | timestamp,string -> int';

/** Overloads of each of some types. */
function each(types: string, form: string): string {
  return types
    .split(' ')
    .map((type) => form.replaceAll('T', type))
    .join(' | ');
}

const COMPARABLE = 'int uint double bool duration timestamp string bytes';

const standard: Declared = {
  functions: {
    '_?_:_': 'bool,A,A -> A',
    '!_': 'bool -> bool',
    '_==_': 'A,A -> bool',
    '_!=_': 'A,A -> bool',
    '_<_': order,
    '_<=_': order,
    '_>_': order,
    '_>=_': order,
    '_+_':
      'bytes,bytes -> bytes | double,double -> double | duration,duration -> duration | duration,timestamp -> timestamp | timestamp,duration -> timestamp | int,int -> int | list(A),list(A) -> list(A) | string,string -> string | uint,uint -> uint',
    '_-_':
      'double,double -> double | duration,duration -> duration | int,int -> int | timestamp,duration -> timestamp | timestamp,timestamp -> duration | uint,uint -> uint',
    '_*_': 'double,double -> double | int,int -> int | uint,uint -> uint',
    '_/_': 'double,double -> double | int,int -> int | uint,uint -> uint',
    '_%_': 'int,int -> int | uint,uint -> uint',
    '-_': 'double -> double | int -> int',
    '_[_]':
      'list(A),int -> A | map(A,B),A -> B | optional_type(list(V)),int -> optional_type(V) | optional_type(map(K,V)),K -> optional_type(V)',
    '_[?_]':
      'list(V),int -> optional_type(V) | optional_type(list(V)),int -> optional_type(V) | map(K,V),K -> optional_type(V) | optional_type(map(K,V)),K -> optional_type(V)',
    '@in': 'A,list(A) -> bool | A,map(A,B) -> bool',
    size: 'bytes -> int | list(A) -> int | map(A,B) -> int | string -> int',
    type: 'A -> type(A)',
    dyn: 'A -> dyn',
    bool: 'bool -> bool | string -> bool',
    bytes: 'bytes -> bytes | string -> bytes',
    double: 'double -> double | int -> double | string -> double | uint -> double',
    duration: 'duration -> duration | int -> duration | string -> duration',
    int: 'int -> int | double -> int | duration -> int | string -> int | timestamp -> int | uint -> int',
    string:
      'string -> string | bool -> string | bytes -> string | double -> string | duration -> string | int -> string | timestamp -> string | uint -> string | net.IP -> string | net.CIDR -> string',
    timestamp: 'timestamp -> timestamp | int -> timestamp | string -> timestamp',
    uint: 'uint -> uint | double -> uint | int -> uint | string -> uint',
    matches: 'string,string -> bool',
  },
  methods: {
    size: 'bytes -> int | list(A) -> int | map(A,B) -> int | string -> int',
    contains: 'string,string -> bool',
    startsWith: 'string,string -> bool',
    endsWith: 'string,string -> bool',
    matches: 'string,string -> bool',
    getFullYear: inZone,
    getMonth: inZone,
    getDayOfYear: inZone,
    getDayOfMonth: inZone,
    getDate: inZone,
    getDayOfWeek: inZone,
    getHours: `${inZone} | duration -> int`,
    getMinutes: `${inZone} | duration -> int`,
    getSeconds: `${inZone} | duration -> int`,
    getMilliseconds: `${inZone} | duration -> int`,
  },
};

const optionals: Declared = {
  functions: {
    'optional.of': 'V -> optional_type(V)',
    'optional.ofNonZeroValue': 'V -> optional_type(V)',
    'optional.none': ' -> optional_type(V)',
    'optional.unwrap': 'list(optional_type(V)) -> list(V)',
  },
  methods: {
    value: 'optional_type(V) -> V',
    hasValue: 'optional_type(V) -> bool',
    or: 'optional_type(V),optional_type(V) -> optional_type(V)',
    orValue: 'optional_type(V),V -> V',
    unwrapOpt: 'list(optional_type(V)) -> list(V)',
    first: 'list(V) -> optional_type(V)',
    last: 'list(V) -> optional_type(V)',
  },
};

const strings: Declared = {
  functions: { 'strings.quote': 'string -> string' },
  methods: {
    charAt: 'string,int -> string',
    indexOf: 'string,string -> int | string,string,int -> int | list(A),A -> int',
    lastIndexOf: 'string,string -> int | string,string,int -> int | list(A),A -> int',
    lowerAscii: 'string -> string',
    upperAscii: 'string -> string',
    replace: 'string,string,string -> string | string,string,string,int -> string',
    split: 'string,string -> list(string) | string,string,int -> list(string)',
    substring: 'string,int -> string | string,int,int -> string',
    trim: 'string -> string',
    format: 'string,list(dyn) -> string',
    join: 'list(string) -> string | list(string),string -> string',
    find: 'string,string -> string',
    findAll: 'string,string -> list(string) | string,string,int -> list(string)',
  },
};

const lists: Declared = {
  functions: {
    'sets.contains': 'list(A),list(A) -> bool',
    'sets.equivalent': 'list(A),list(A) -> bool',
    'sets.intersects': 'list(A),list(A) -> bool',
    'lists.range': 'int -> list(int)',
    // What macros stand for.
    'cel.@mapInsert': 'map(K,V),map(K,V) -> map(K,V) | map(K,V),K,V -> map(K,V)',
  },
  methods: {
    isSorted: each(COMPARABLE, 'list(T) -> bool'),
    sum: each('int uint double duration', 'list(T) -> T'),
    min: each(COMPARABLE, 'list(T) -> T'),
    max: each(COMPARABLE, 'list(T) -> T'),
    slice: 'list(A),int,int -> list(A)',
    flatten: 'list(list(A)) -> list(A) | list(dyn),int -> list(dyn)',
    sort: each(COMPARABLE, 'list(T) -> list(T)'),
    '@sortByAssociatedKeys': each(COMPARABLE, 'list(A),list(T) -> list(A)'),
    reverse: 'list(A) -> list(A)',
    distinct: 'list(A) -> list(A)',
  },
};

const QUANTITY = 'kubernetes.Quantity';
const SEMVER = 'kubernetes.Semver';
const URL = 'kubernetes.URL';
const FORMAT = 'kubernetes.NamedFormat';

const values: Declared = {
  functions: {
    url: `string -> ${URL}`,
    isURL: 'string -> bool',
    quantity: `string -> ${QUANTITY}`,
    isQuantity: 'string -> bool',
    semver: `string -> ${SEMVER} | string,bool -> ${SEMVER}`,
    isSemver: 'string -> bool | string,bool -> bool',
    ip: 'string -> net.IP',
    isIP: 'string -> bool',
    'ip.isCanonical': 'string -> bool',
    cidr: 'string -> net.CIDR',
    isCIDR: 'string -> bool',
    'format.named': `string -> optional_type(${FORMAT})`,
    ...Object.fromEntries(
      'dns1123Label dns1123Subdomain dns1035Label qualifiedName dns1123LabelPrefix dns1123SubdomainPrefix dns1035LabelPrefix labelValue uri uuid byte date datetime'
        .split(' ')
        .map((name) => [`format.${name}`, ` -> ${FORMAT}`]),
    ),
  },
  methods: {
    getScheme: `${URL} -> string`,
    getHost: `${URL} -> string`,
    getHostname: `${URL} -> string`,
    getPort: `${URL} -> string`,
    getEscapedPath: `${URL} -> string`,
    getQuery: `${URL} -> map(string,list(string))`,
    sign: `${QUANTITY} -> int`,
    isInteger: `${QUANTITY} -> bool`,
    asInteger: `${QUANTITY} -> int`,
    asApproximateFloat: `${QUANTITY} -> double`,
    add: `${QUANTITY},${QUANTITY} -> ${QUANTITY} | ${QUANTITY},int -> ${QUANTITY}`,
    sub: `${QUANTITY},${QUANTITY} -> ${QUANTITY} | ${QUANTITY},int -> ${QUANTITY}`,
    isLessThan: `${QUANTITY},${QUANTITY} -> bool | ${SEMVER},${SEMVER} -> bool`,
    isGreaterThan: `${QUANTITY},${QUANTITY} -> bool | ${SEMVER},${SEMVER} -> bool`,
    compareTo: `${QUANTITY},${QUANTITY} -> int | ${SEMVER},${SEMVER} -> int`,
    major: `${SEMVER} -> int`,
    minor: `${SEMVER} -> int`,
    patch: `${SEMVER} -> int`,
    family: 'net.IP -> int',
    isUnspecified: 'net.IP -> bool',
    isLoopback: 'net.IP -> bool',
    isLinkLocalMulticast: 'net.IP -> bool',
    isLinkLocalUnicast: 'net.IP -> bool',
    isGlobalUnicast: 'net.IP -> bool',
    containsIP: 'net.CIDR,string -> bool | net.CIDR,net.IP -> bool',
    containsCIDR: 'net.CIDR,string -> bool | net.CIDR,net.CIDR -> bool',
    ip: 'net.CIDR -> net.IP',
    masked: 'net.CIDR -> net.CIDR',
    prefixLength: 'net.CIDR -> int',
    validate: `${FORMAT},string -> optional_type(list(string))`,
  },
};

const AUTHORIZATION = 'kubernetes.authorization';
export const AUTHORIZER = structType(`${AUTHORIZATION}.Authorizer`);
export const RESOURCE_CHECK = structType(`${AUTHORIZATION}.ResourceCheck`);
const narrowing = `${AUTHORIZATION}.ResourceCheck,string -> ${AUTHORIZATION}.ResourceCheck`;

const authorization: Declared = {
  functions: {},
  methods: {
    path: `${AUTHORIZATION}.Authorizer,string -> ${AUTHORIZATION}.PathCheck`,
    group: `${AUTHORIZATION}.Authorizer,string -> ${AUTHORIZATION}.GroupCheck`,
    serviceAccount: `${AUTHORIZATION}.Authorizer,string,string -> ${AUTHORIZATION}.Authorizer`,
    resource: `${AUTHORIZATION}.GroupCheck,string -> ${AUTHORIZATION}.ResourceCheck`,
    subresource: narrowing,
    namespace: narrowing,
    name: narrowing,
    fieldSelector: narrowing,
    labelSelector: narrowing,
    check: `${AUTHORIZATION}.PathCheck,string -> ${AUTHORIZATION}.Decision | ${AUTHORIZATION}.ResourceCheck,string -> ${AUTHORIZATION}.Decision`,
    errored: `${AUTHORIZATION}.Decision -> bool`,
    error: `${AUTHORIZATION}.Decision -> string`,
    allowed: `${AUTHORIZATION}.Decision -> bool`,
    reason: `${AUTHORIZATION}.Decision -> string`,
  },
};

const all = [standard, optionals, strings, lists, values, authorization];

/** One form of a function. */
export interface Overload {
  readonly isMethod: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
}

const read = new Map<string, readonly Overload[]>();

/** The overloads of a function or method of that name; undefined where there is none. They are read when first asked for. */
export function overloadsOf(name: string): readonly Overload[] | undefined {
  let known = read.get(name);
  if (known === undefined) {
    known = all.flatMap(({ functions, methods }) => [
      ...readOverloads(Object.hasOwn(functions, name) ? functions[name] : undefined, false),
      ...readOverloads(Object.hasOwn(methods, name) ? methods[name] : undefined, true),
    ]);
    if (known.length === 0) return undefined;
    read.set(name, known);
  }
  return known;
}

function readOverloads(line: string | undefined, isMethod: boolean): readonly Overload[] {
  if (line === undefined) return [];
  return line.split(' | ').map((text) => {
    const [args = '', result = ''] = text.split('-> ');
    return { isMethod, args: splitTypes(args).map(parseType), result: parseType(result) };
  });
}

/** The names of all that is declared. */
export function declaredNames(): {
  readonly functions: readonly string[];
  readonly methods: readonly string[];
} {
  return {
    functions: all.flatMap(({ functions }) => Object.keys(functions)),
    methods: all.flatMap(({ methods }) => Object.keys(methods)),
  };
}

const DYN = parseType('dyn');

/** Names that stand for types, and for which. */
export const typeIdentifiers: ReadonlyMap<string, CelType> = new Map([
  ...['bool', 'bytes', 'double', 'dyn', 'int', 'string', 'uint', 'type', 'net.IP', 'net.CIDR'].map(
    (name) => [name, parseType(name)] as const,
  ),
  ['list', listType(DYN)],
  ['map', parseType('map(dyn,dyn)')],
  ['null_type', parseType('null')],
  ['optional_type', optionalType(DYN)],
  ['google.protobuf.Timestamp', parseType('timestamp')],
  ['google.protobuf.Duration', parseType('duration')],
]);
