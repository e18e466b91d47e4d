import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfBase64 } from '../base64.ts';
import { decodeProtobuf } from './decode.ts';
import { messageTexts } from './generated/messages.ts';
import { shapeOf } from './messages.ts';

/** Bodies that kubectl 1.35 sent. */
const bodies: readonly (readonly [command: string, base64: string, object: unknown])[] = [
  [
    'create deployment web --image=nginx --replicas=0 --port=80',
    'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50ErgBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEoYBCAASDAoKCgNhcHASA3dlYhpsChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEkwSLgoFbmdpbngSBW5naW54KgAyCgoAEAAYUCIAKgBCAGoAcgCAAQCIAQCQAQCiAQAaADIAQgBKAFIAWABgAGgAggEAigEAmgEAwgEAIgIKACgAOAAaDAgAEAAYACAAKAA4ABoAIgA=',
    {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        // A pointer: 0 was meant. Zeros of what is no pointer are left out.
        replicas: 0,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: {
            containers: [
              { name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }], resources: {} },
            ],
          },
        },
        strategy: {},
      },
      status: {},
    },
  ],
  [
    'create cm c --from-literal=__proto__=b --from-literal=k=v',
    'azhzAAoPCgJ2MRIJQ29uZmlnTWFwEisKEQoBYxIAGgAiACoAMgA4AEIAEg4KCV9fcHJvdG9fXxIBYhIGCgFrEgF2GgAiAA==',
    {
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'c' },
      data: JSON.parse('{"__proto__":"b","k":"v"}') as unknown,
    },
  ],
  [
    'create secret generic s --from-literal=a=b',
    'azhzAAoMCgJ2MRIGU2VjcmV0Eh0KEQoBcxIAGgAiACoAMgA4AEIAEgYKAWESAWIaABoAIgA=',
    { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's' }, data: { a: 'Yg==' } },
  ],
  [
    'create pdb p --selector=a=b --min-available=50%',
    'azhzAAogCglwb2xpY3kvdjESE1BvZERpc3J1cHRpb25CdWRnZXQSNgoRCgFwEgAaACIAKgAyADgAQgASFQoJCAEQABoDNTAlEggKBgoBYRIBYhoKCAAYACAAKAAwABoAIgA=',
    {
      kind: 'PodDisruptionBudget',
      apiVersion: 'policy/v1',
      metadata: { name: 'p' },
      spec: { minAvailable: '50%', selector: { matchLabels: { a: 'b' } } },
      status: {},
    },
  ],
  [
    'create quota q --hard=pods=3,cpu=1500m',
    'azhzAAoTCgJ2MRINUmVzb3VyY2VRdW90YRI0ChEKAXESABoAIgAqADIAOABCABIdCg4KA2NwdRIHCgUxNTAwbQoLCgRwb2RzEgMKATMaABoAIgA=',
    {
      kind: 'ResourceQuota',
      apiVersion: 'v1',
      metadata: { name: 'q' },
      spec: { hard: { cpu: '1500m', pods: '3' } },
      status: {},
    },
  ],
];

describe('bodies of typed clients', () => {
  test.each(bodies)('%s', (_command, base64, object) => {
    const decoded = decodeProtobuf(bytesOfBase64(base64));
    expect(decoded).toEqual({ ok: true, value: object });
  });

  test('what is no message is refused in words', () => {
    const refusal = (bytes: readonly number[]) => decodeProtobuf(Uint8Array.from(bytes));
    expect(refusal([1, 2, 3])).toEqual({
      ok: false,
      error:
        'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    });
    const magic = [0x6b, 0x38, 0x73, 0];
    expect(refusal([...magic, 0x0a, 0x7f])).toEqual({ ok: false, error: 'unexpected EOF' });
    expect(refusal(magic)).toMatchObject({ ok: false });
    // A kind that nobody knows: typeMeta { kind: 'X' }.
    expect(refusal([...magic, 0x0a, 0x03, 0x12, 0x01, 0x58])).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^no kind "X" is registered/) as unknown,
    });
  });

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(300), (noise, at) => {
        const [, base64] = bodies[0] ?? ['', ''];
        const bytes = bytesOfBase64(base64);
        bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
        expect(typeof decodeProtobuf(bytes).ok).toBe('boolean');
      }),
    );
  });
});

test('every message of the table can be read, and what it refers to is there', () => {
  for (const name of Object.keys(messageTexts)) {
    const pending = [...shapeOf(name).fields.values()].map(({ type }) => type);
    for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
      if (type.kind === 'list') pending.push(type.element);
      else if (type.kind === 'map') pending.push(type.value);
      else if (type.kind === 'message') expect(messageTexts).toHaveProperty([type.name]);
    }
  }
});
