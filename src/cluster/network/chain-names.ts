import { sha256 } from '../../base/sha256.ts';
import type { Protocol } from './service-rules.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first sixteen letters of a hash in base 32 (RFC 4648): ten bytes. */
function hashLetters(text: string): string {
  const bytes = sha256(text);
  let bits = 0;
  let held = 0;
  let letters = '';
  for (let i = 0; i < 10; i++) {
    held = (held << 8) | (bytes[i] ?? 0);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      letters += BASE32[(held >>> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return letters;
}

/** The kinds of chain that kube-proxy makes for a port of a Service. */
export type ChainKind = 'SVC' | 'SVL' | 'EXT' | 'FW';

/** A chain's name, for example `KUBE-SVC-NPX46M4PTMTKRN6Y` for `default/kubernetes:https`. */
export function chainName(kind: ChainKind, rule: string, protocol: Protocol): string {
  return `KUBE-${kind}-${hashLetters(rule + protocol.toLowerCase())}`;
}

/** The chain of one endpoint of a rule. */
export function endpointChain(rule: string, protocol: Protocol, endpoint: string): string {
  return `KUBE-SEP-${hashLetters(rule + protocol.toLowerCase() + endpoint)}`;
}
