/** However busy the page is, what waits must come. */
const WAIT_MILLIS_MAX = 2000;
/** Where the browser does not tell. */
const GUESSED_MILLIS = 250;

/** Acts once what has been asked of React is on the screen and nobody waits for the page. Answers how to call it off. */
export function whenIdle(act: () => void): () => void {
  if (!('requestIdleCallback' in window)) {
    const due = setTimeout(act, GUESSED_MILLIS);
    return () => clearTimeout(due);
  }
  const due = requestIdleCallback(act, { timeout: WAIT_MILLIS_MAX });
  return () => cancelIdleCallback(due);
}
