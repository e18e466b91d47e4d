/**
 * How the clients of one process number their requests: they all send under its name to one server, so that of `stride`
 * clients each takes every `stride`-th number. Such numbers stay small, and small whole numbers are the cheap ones.
 */
export interface RequestNumbers {
  readonly first: number;
  readonly stride: number;
}

/** The numbers of the client with an index below `stride`, all greater than `above`. */
export function requestNumbers(client: number, stride: number, above = 0): RequestNumbers {
  return { first: (Math.floor(above / stride) + 1) * stride + client, stride };
}

/** The index of the client that takes a number. */
export function clientOfRequest(id: number, stride: number): number {
  return id % stride;
}
