/**
 * kube-scheduler's default normalising: the greatest score becomes 100, the others in proportion, cut
 * off to whole numbers; `fewestIsBest` turns them round.
 */
export function normalizeScores(scores: Float64Array, fewestIsBest: boolean): void {
  let greatest = 0;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!; // In range by the loop's bound.
    if (score > greatest) greatest = score;
  }
  if (greatest === 0) {
    if (fewestIsBest) scores.fill(100);
    return;
  }
  for (let index = 0; index < scores.length; index++) {
    const scaled = Math.trunc((100 * (scores[index] as number)) / greatest);
    scores[index] = fewestIsBest ? 100 - scaled : scaled;
  }
}
