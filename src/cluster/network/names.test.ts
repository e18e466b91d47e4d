import { describe, expect, test } from 'vitest';
import { addressOfReverse, askOutside, namesToAsk, resolvConf, reverseName } from './names.ts';

const POD = {
  nameservers: ['10.96.0.10'],
  searches: ['a.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
  ndots: 5,
};

describe('the search path', () => {
  test.each([
    ['web', ['web.a.svc.cluster.local', 'web.svc.cluster.local', 'web.cluster.local', 'web']],
    ['web.b.', ['web.b']],
    [
      'a.b.c.d.e.f',
      [
        'a.b.c.d.e.f',
        'a.b.c.d.e.f.a.svc.cluster.local',
        'a.b.c.d.e.f.svc.cluster.local',
        'a.b.c.d.e.f.cluster.local',
      ],
    ],
  ])('%s', (name, asked) => {
    expect(namesToAsk(name, POD)).toEqual(asked);
  });

  test('resolv.conf', () => {
    expect(resolvConf(POD)).toBe(
      'search a.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
    );
  });
});

test('reverse names', () => {
  expect(reverseName('10.244.1.3')).toBe('3.1.244.10.in-addr.arpa');
  expect(addressOfReverse('3.1.244.10.in-addr.arpa')).toBe('10.244.1.3');
  expect(addressOfReverse('web')).toBeUndefined();
});

describe('the world outside', () => {
  test.each([
    ['example.com', 'NOERROR', 1],
    ['kubernetes.io', 'NOERROR', 1],
    ['web', 'NXDOMAIN', 0],
    ['db.prod', 'NXDOMAIN', 0],
    ['x.svc.cluster.local', 'NXDOMAIN', 0],
    ['does-not-exist.example.com', 'NXDOMAIN', 0],
  ])('%s: %s', (name, code, count) => {
    const reply = askOutside(name, 'A');
    expect([reply.code, reply.records.length]).toEqual([code, count]);
  });
});
