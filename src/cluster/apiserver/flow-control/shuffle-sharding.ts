/**
 * Which queues a flow may use: a hand of cards dealt from a deck by the flow's hash, so that two flows seldom share
 * all of theirs, and a flow that fills its own leaves others a way (upstream: util/shufflesharding).
 */

/** A hash of two texts with 53 bits, which is all that hands are dealt from: 128^6 is less. */
export function flowHash(schema: string, flow: string): number {
  const low = hash32(schema, flow, 0x811c9dc5);
  const high = hash32(flow, schema, 0x01000193) & 0x1fffff;
  return high * 2 ** 32 + low;
}

function hash32(first: string, second: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < first.length; i++) hash = Math.imul(hash ^ first.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ 0x2f, 0x01000193);
  for (let i = 0; i < second.length; i++) hash = Math.imul(hash ^ second.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Deals `handSize` different cards of a deck. */
export function dealHand(hash: number, deckSize: number, handSize: number): readonly number[] {
  const hand: number[] = [];
  let rest = hash;
  for (let dealt = 0; dealt < Math.min(handSize, deckSize); dealt++) {
    const cardsLeft = deckSize - dealt;
    let card = rest % cardsLeft;
    rest = Math.floor(rest / cardsLeft);
    // The number counts among the cards that are left: those already dealt are stepped over, lowest first.
    for (const taken of hand.toSorted((a, b) => a - b)) if (card >= taken) card += 1;
    hand.push(card);
  }
  return hand;
}
