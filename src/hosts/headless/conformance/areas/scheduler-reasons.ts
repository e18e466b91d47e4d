/**
 * Texts that the releases of the vectors (1.28 and 1.34) word otherwise than v1.35, which the simulator
 * follows. None of them changes a decision.
 */
const OLD_TAINT = /node\(s\) had untolerated taint \{[^}]*\}/g;
const NEW_TAINT = 'node(s) had untolerated taint(s)';
const OLD_VOLUME = 'node(s) had volume node affinity conflict';
const NEW_VOLUME = "node(s) didn't match PersistentVolume's node affinity";

/** A reason as v1.35 words it. */
export function reasonToday(reason: string): string {
  return reason.replace(OLD_TAINT, NEW_TAINT).replace(OLD_VOLUME, NEW_VOLUME);
}

/**
 * The text of a FailedScheduling event as v1.35 words it: nodes with different untolerated taints, told apart
 * before, are one number now, so that numbers are summed up and the parts sorted anew.
 */
export function messageToday(message: string): string {
  if (message.search(OLD_TAINT) < 0) return message;
  return reasonToday(message).replace(
    /( nodes are available: )(.*?)\.(?= |$)/g,
    (_whole, head: string, list: string) => `${head}${summedUp(list)}.`,
  );
}

function summedUp(list: string): string {
  const counts = new Map<string, number>();
  for (const part of list.split(/, (?=\d+ )/)) {
    const [, count, reason] = /^(\d+) (.*)$/s.exec(part) ?? [];
    if (count === undefined || reason === undefined) continue;
    counts.set(reason, (counts.get(reason) ?? 0) + Number(count));
  }
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
