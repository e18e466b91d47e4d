import { describe, expect, test } from 'vitest';
import { readAddress } from './address.ts';

describe('the address of a cluster', () => {
  const page = 'http://127.0.0.1:8001/kubarium/?cluster=.';
  test.each([
    ['.', 'http://127.0.0.1:8001/', true],
    ['/api-here', 'http://127.0.0.1:8001/api-here/', true],
    ['..', 'http://127.0.0.1:8001/', true],
    ['http://127.0.0.1:8001', 'http://127.0.0.1:8001/', true],
    ['127.0.0.1:9000', 'http://127.0.0.1:9000/', false],
    ['localhost:8001/', 'http://localhost:8001/', false],
    ['[::1]:8001', 'http://[::1]:8001/', false],
    ['https://localhost:6443?x=1#y', 'https://localhost:6443/', false],
  ])('%s', (text, base, isSameOrigin) => {
    const read = readAddress(text, page);
    expect(
      read.ok && { base: read.value.base.href, isSameOrigin: read.value.isSameOrigin },
    ).toEqual({
      base,
      isSameOrigin,
    });
  });

  test.each([
    ['', 'No address was given.'],
    ['https://cluster.example.com', 'cluster.example.com is another computer.'],
    ['http://127.0.0.1.evil.example', '127.0.0.1.evil.example is another computer.'],
    ['ftp://127.0.0.1', '“ftp://127.0.0.1” is neither http nor https.'],
    ['javascript:alert(1)', '“javascript:alert(1)” is neither http nor https.'],
    [
      'http://me:secret@127.0.0.1:1',
      'A password in an address is seen by others; the token is asked for by itself.',
    ],
  ])('%j is refused', (text, what) => {
    const read = readAddress(text, page);
    expect(read.ok || read.error).toMatchObject({ kind: 'address', what });
  });
});
