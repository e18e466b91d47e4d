/** What is wrong with a script, and on which line of it (counted from 1). */
export interface ScriptFault {
  readonly line: number;
  readonly message: string;
}

/** Ends reading or running a script at once; caught where the script was called from (`faultOf`). */
export function stop(line: number, message: string): never {
  const error: ScriptError = new Error(message);
  error.line = line;
  throw error;
}

interface ScriptError extends Error {
  line?: number;
}

/** The fault behind what was thrown while a script was read or run. */
export function faultOf(thrown: unknown): ScriptFault {
  if (!(thrown instanceof Error)) return { line: 0, message: String(thrown) };
  const { line = 0, message }: ScriptError = thrown;
  return { line, message };
}

export function faultText({ line, message }: ScriptFault): string {
  return line === 0 ? message : `line ${line}: ${message}`;
}
