import { describe, expect, test } from 'vitest';
import { evaluateCel } from './evaluate.ts';
import { authorizerOf } from './library/authorizer.ts';
import { parseCel } from './parse.ts';
import { Special } from './values.ts';

const variables = new Map<string, unknown>([
  ['self', { list: [3, 1, 2], nothing: null, name: 'web', labels: { app: 'x' } }],
  [
    'authorizer',
    authorizerOf((question, verb) => ({
      allowed: verb === 'get' && question.resource === 'pods' && question.namespace === 'a',
      reason: question.serviceAccount?.name ?? question.path ?? 'no role',
    })),
  ],
]);

function run(text: string): unknown {
  const parsed = parseCel(text);
  if (!parsed.ok) return parsed.error;
  const value = evaluateCel(parsed.value, variables);
  if (!value.ok) return `error: ${value.error}`;
  const got = value.value;
  if (!(got instanceof Special)) return got;
  return got.value.type === 'optional' ? { optional: got.value.held } : got.value;
}

describe("Kubernetes' libraries", () => {
  test.each<[string, unknown]>([
    // url
    ["url('https://example.com:80/path?k1=a&k2=b&k1=c').getScheme()", 'https'],
    ["url('https://example.com:80/').getHost()", 'example.com:80'],
    ["url('https://[::1]:80/').getHost()", '[::1]:80'],
    ["url('https://[::1]:80/').getHostname()", '::1'],
    ["url('https://example.com:80/').getHostname()", 'example.com'],
    ["url('https://example.com:80/').getPort()", '80'],
    ["url('https://example.com/').getPort()", ''],
    ["url('https://example.com/path with spaces/').getEscapedPath()", '/path%20with%20spaces/'],
    ["url('https://example.com/?k1=a&k2=b&k1=c').getQuery()", { k1: ['a', 'c'], k2: ['b'] }],
    ["url('/absolute-path').getEscapedPath()", '/absolute-path'],
    ["isURL('https://example.com')", true],
    ["isURL('../relative-path')", false],
    ["isURL('')", false],
    ["url('https://a') == url('https://a')", true],
    [
      "url('https://a.com:x')",
      'error: URL parse error during conversion from string: parse "https://a.com:x": invalid port ":x" after host',
    ],
    // ip
    ["ip('192.168.0.1').family()", 4],
    ["ip('::1').family()", 6],
    ["isIP('127.0.0.1')", true],
    ["isIP('127.0.0.1.0')", false],
    ["isIP('010.0.0.1')", false],
    ["isIP('::ffff:1.2.3.4')", false],
    ["ip.isCanonical('::1')", true],
    ["ip.isCanonical('::0001')", false],
    ["ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified()", true],
    ["ip('127.0.0.1').isLoopback() && ip('::1').isLoopback()", true],
    ["ip('224.0.0.1').isLinkLocalMulticast() && ip('ff02::1').isLinkLocalMulticast()", true],
    ["ip('169.254.169.254').isLinkLocalUnicast() && ip('fe80::1').isLinkLocalUnicast()", true],
    ["ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()", true],
    ["string(ip('fd00::000a'))", 'fd00::a'],
    ["ip('1.2.3.4') == ip('1.2.3.4')", true],
    [
      "ip('not an ip')",
      'error: IP Address "not an ip" parse error during conversion from string: ParseAddr("not an ip"): unable to parse IP',
    ],
    // cidr
    ["cidr('192.168.0.0/24').containsIP(ip('192.168.0.1'))", true],
    ["cidr('192.168.0.0/24').containsIP('192.168.1.1')", false],
    ["cidr('192.168.0.0/24').containsCIDR('192.168.0.0/25')", true],
    ["cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/23'))", false],
    ["string(cidr('192.168.0.1/24').ip())", '192.168.0.1'],
    ["string(cidr('192.168.0.1/24').masked())", '192.168.0.0/24'],
    ["cidr('192.168.0.0/24').prefixLength()", 24],
    ["isCIDR('::/64') && !isCIDR('192.168.0.0/33') && !isCIDR('1.2.3.4')", true],
    // semver
    ["isSemver('1.0.0') && !isSemver('v1.0') && isSemver('v1.0', true)", true],
    ["semver('v01.1', true) == semver('1.1.0')", true],
    ["semver('1.2.3').isLessThan(semver('1.10.0'))", true],
    ["semver('1.0.0-alpha.1').compareTo(semver('1.0.0-alpha.beta'))", -1],
    ["semver('1.0.0').isGreaterThan(semver('1.0.0-rc.1'))", true],
    ["semver('1.2.3').major() + semver('1.2.3').minor() + semver('1.2.3').patch()", 6],
    ["semver('1.0')", 'error: No Major.Minor.Patch elements found'],
    // quantity
    ["quantity('50k') == quantity('50000')", true],
    ["quantity('50k').add(20)", expect.anything()],
    ["string(quantity('50k').add(quantity('20k')).sub(20000))", '50k'],
    ["quantity('200M').compareTo(quantity('0.2G'))", 0],
    ["quantity('50k').asInteger()", 50000],
    ["quantity('50.5').isInteger()", false],
    ["quantity('50.5').asInteger()", 'error: cannot convert value to integer'],
    ["quantity('-1').sign()", -1],
    ["isQuantity('10 Mo')", false],
    // regex
    ["'abc 123'.find('[0-9]+')", '123'],
    ["'abc'.find('[0-9]+')", ''],
    ["'123 abc 456'.findAll('[0-9]+')", ['123', '456']],
    ["'123 abc 456'.findAll('[0-9]+', 1)", ['123']],
    ["'123 abc 456'.findAll('[0-9]+', 0)", []],
    ["'x'.matches('(')", 'error: error parsing regexp: missing closing ): `(`'],
    // lists
    ['[1, 3, 2].isSorted()', false],
    ["['a', 'b'].isSorted()", true],
    ['[1, 3].sum()', 4],
    ["[duration('1m'), duration('1s')].sum() == duration('61s')", true],
    ['self.list.min() + self.list.max()', 4],
    ['[].min()', 'error: min called on empty list'],
    ['[1, 2, 2].lastIndexOf(2)', 2],
    ['[1, 2, 2].distinct()', [1, 2]],
    ['self.list.sort()', [1, 2, 3]],
    ["[{'a': 2}, {'a': 1}].sortBy(x, x.a).map(x, x.a)", [1, 2]],
    ['[1, 2, 3, 4].slice(1, 3)', [2, 3]],
    ['[1].slice(0, 2)', 'error: cannot slice(0, 2), list is length 1'],
    ['[[1], [[2]]].flatten()', [1, [2]]],
    ['[[1], [[2]]].flatten(2)', [1, 2]],
    ['lists.range(3)', [0, 1, 2]],
    ['[1, 2].first().value() + [1, 2].last().value()', 3],
    // sets
    ['sets.contains([1, 2], []) && !sets.contains([1], [2])', true],
    ['sets.equivalent([1, 2, 2], [2, 1])', true],
    ['sets.intersects([1], [1, 2])', true],
    // format
    ["format.dns1123Label().validate('Has_Upper').value().size() > 0", true],
    ["format.dns1123Label().validate('fine').hasValue()", false],
    ["format.named('labelValue').value().validate('a').hasValue()", false],
    ["format.named('nothing').hasValue()", false],
    ["!format.uri().validate('https://a/b').hasValue()", true],
    // authorizer
    ["authorizer.group('').resource('pods').namespace('a').check('get').allowed()", true],
    ["authorizer.group('').resource('pods').check('get').allowed()", false],
    ["authorizer.path('/healthz').check('get').reason()", '/healthz'],
    ["authorizer.serviceAccount('a', 'robot').resource('x').check('get').reason()", 'robot'],
    ["authorizer.resource('x').check('get').errored()", false],
  ])('%s', (text, wanted) => {
    expect(run(text)).toEqual(wanted);
  });
});

describe("the language's extensions", () => {
  test.each<[string, unknown]>([
    // optional types
    ['self.?labels.?app', { optional: 'x' }],
    ['self.?labels.?none', { optional: undefined }],
    ["self.labels[?'app'].hasValue()", true],
    ['optional.of(1).or(optional.of(2)).value() + optional.none().orValue(3)', 4],
    ["optional.ofNonZeroValue('').hasValue()", false],
    ['self.?name.optMap(n, n + "!").value()', 'web!'],
    ['self.?missing.optMap(n, n + "!").hasValue()', false],
    ['self.?name.optFlatMap(n, optional.none()).hasValue()', false],
    ['[1, ?optional.none(), ?optional.of(2)]', [1, 2]],
    ["{?'a': optional.none(), ?'b': optional.of(1)}", { b: 1 }],
    ['optional.unwrap([optional.of(1), optional.none()])', [1]],
    ['[optional.of(1), optional.none()].unwrapOpt()', [1]],
    ['optional.none().value()', 'error: optional.none() dereference'],
    // strings
    ["'tacocat'.charAt(3)", 'o'],
    ["'tacocat'.charAt(9)", 'error: index out of range: 9'],
    ["'hello mellow'.indexOf('ello', 2)", 7],
    ["'hello mellow'.lastIndexOf('ello', 6)", 1],
    ["'hello hello'.replace('he', 'we', 1)", 'wello hello'],
    ["'a b c'.split(' ', 2)", ['a', 'b c']],
    ["'tacocat'.substring(0, 4)", 'taco'],
    ["'tacocat'.substring(5, 4)", 'error: invalid substring range. start: 5, end: 4'],
    ['strings.quote("a\\nb\\"")', '"a\\nb\\""'],
    [
      "'%s is %d of %.2f, %x %X %b %o %e'.format(['x', 7, 1.5, 255, 255, 5, 8, 1000.0])",
      'x is 7 of 1.50, ff FF 101 10 1.000000e+03',
    ],
    ["'%s %s %s'.format([[1, 'a'], {'k': true}, null])", '[1, a] {k: true} null'],
    [
      "'%d'.format(['x'])",
      'error: error during formatting: decimal clause can only be used on integers, was given string',
    ],
    ["'%s'.format([])", 'error: index 0 out of range'],
    // times
    ["timestamp('2026-03-01T12:34:56.789Z').getFullYear()", 2026],
    ["timestamp('2026-03-01T12:34:56Z').getMonth()", 2],
    ["timestamp('2026-03-01T12:34:56Z').getDayOfYear()", 59],
    ["timestamp('2026-03-01T12:34:56Z').getDayOfWeek()", 0],
    ["timestamp('2026-03-01T12:34:56Z').getHours('+02:00')", 14],
    ["timestamp('2026-03-01T12:34:56Z').getHours('America/New_York')", 7],
    ["duration('3730s').getHours() + duration('3730s').getMinutes()", 63],
    [
      "timestamp('2026-01-01T00:00:00Z') + duration('1h') == timestamp('2026-01-01T01:00:00Z')",
      true,
    ],
  ])('%s', (text, wanted) => {
    expect(run(text)).toEqual(wanted);
  });
});
