/** The `Status` of a refusal, as far as kubectl reads it. */
export interface FailureStatus {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly group?: string;
    readonly causes?: readonly { readonly field?: string; readonly message?: string }[];
  };
}

/**
 * Ends a command, or one object's part in it. Thrown, since it may come from any depth of a verb and means the same
 * everywhere: print this and go on or leave. `message` is without kubectl's prefix.
 */
export class Failure extends Error {
  /** The server's answer, when it was the server who refused. */
  readonly status: FailureStatus | undefined;
  /** Printed as it is, without `error: `. */
  readonly isVerbatim: boolean;
  readonly exitCode: number;
  /** Several failures that were collected. */
  readonly many: readonly Failure[] | undefined;

  constructor(
    message: string,
    options: {
      readonly status?: FailureStatus;
      readonly isVerbatim?: boolean;
      readonly exitCode?: number;
      readonly many?: readonly Failure[];
    } = {},
  ) {
    super(message);
    this.status = options.status;
    this.isVerbatim = options.isVerbatim ?? false;
    this.exitCode = options.exitCode ?? 1;
    this.many = options.many;
  }
}

/** Leaves with `error: MESSAGE`. */
export function fail(message: string): never {
  throw new Failure(message);
}

/** Leaves with a text as it is. */
export function failVerbatim(message: string, exitCode = 1): never {
  throw new Failure(message, { isVerbatim: true, exitCode });
}

/** A wrong use of a command, with the pointer to its help that cobra adds. */
export function failUsage(command: string, message: string): never {
  throw new Failure(`${message}\nSee '${command} -h' for help and examples`);
}

/** A refusal with where its object came from: `error when creating "app.yaml": …`. */
export function withSource(failure: Failure, verb: string, source: string): Failure {
  if (source === '') return failure;
  const message = `error when ${verb} ${JSON.stringify(source)}: ${failure.message}`;
  if (failure.status === undefined) return new Failure(message);
  return new Failure(message, { status: { ...failure.status, message } });
}

/** Rethrows what is no failure of the command: a bug, or an abort. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof Failure && error.status?.reason === 'NotFound';
}

export function isConflict(error: unknown): boolean {
  return error instanceof Failure && error.status?.reason === 'Conflict';
}

/** What kubectl prints on standard error for a failure, with its line break. (Upstream: cmdutil.CheckErr.) */
export function failureText(failure: Failure): string {
  if (failure.many !== undefined) {
    return failure.many.map((each) => ended(messageOf(each))).join('');
  }
  if (failure.isVerbatim) return failure.message === '' ? '' : ended(failure.message);
  const { status } = failure;
  if (status?.reason === 'Invalid') return invalidText(status);
  const text = standardText(failure);
  if (text !== undefined) return ended(text);
  const { message } = failure;
  return ended(message.startsWith('error: ') ? message : `error: ${message}`);
}

/** One of several failures is printed without `error: `, as upstream does. */
function messageOf(failure: Failure): string {
  return standardText(failure) ?? failure.message;
}

/** The standard form for a server's refusal; undefined for other failures. */
export function standardText({ status, message }: Failure): string | undefined {
  if (status === undefined) return undefined;
  if (status.code === 0) return message;
  if (status.reason === 'Unauthorized') {
    return `error: You must be logged in to the server (${message})`;
  }
  return status.reason === undefined || status.reason === ''
    ? `Error from server: ${message}`
    : `Error from server (${status.reason}): ${message}`;
}

function invalidText({ details, message = '' }: FailureStatus): string {
  if (details === undefined) {
    return `The request is invalid${message === '' ? '' : `: ${message}`}\n`;
  }
  const { kind = '', name = '', causes = [] } = details;
  let subject = 'The request is invalid';
  if (kind !== '' || name !== '') subject = `The ${kind} ${JSON.stringify(name)} is invalid`;
  else if (message !== '' && causes.length === 0) subject += `: ${message}`;
  if (causes.length === 0) return `${subject}\n`;
  const lines = [...new Set(causes.map((each) => `${each.field ?? ''}: ${each.message ?? ''}`))];
  if (lines.length === 1) return `${subject}: ${lines[0]}\n`;
  return `${subject}: \n${lines.map((each) => `* ${each}\n`).join('')}`;
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
