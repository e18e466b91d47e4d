import type { ApiRequest, Method } from '../messages.ts';
import type { Answer, Exchange } from './exchange.ts';
import { targetOf, type RequestTarget } from './request-target.ts';
import type { Server } from './server.ts';

/** What a request does, in the API's words: those of `kubectl auth can-i` and of metrics. */
export type ApiVerb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection';

/** A verb: from what the server knows now to an answer, or to what must be written before there is one. */
export type Verb = (call: VerbCall) => Answer;

/** All that a verb is handed. */
export interface VerbCall {
  readonly server: Server;
  readonly exchange: Exchange;
  readonly target: RequestTarget;
  readonly at: VerbStep;
}

/** Where a verb stands: its step, and how often that step has met a newer object than it knew. */
export interface VerbStep {
  readonly step: number;
  readonly attempt: number;
}

export const FIRST_STEP: VerbStep = Object.freeze({ step: 0, attempt: 0 });

/** The verb of a request, from its method and what its path points at. */
export function verbOf(request: ApiRequest): ApiVerb {
  // What is no resource is read as an object is.
  return verbAt(request, targetOf(request.path)?.name ?? NO_RESOURCE);
}

const NO_RESOURCE = '/';

/** The verb of a request whose path points at an object of this name, or with the empty text at a collection. */
export function verbAt(request: ApiRequest, name: string): ApiVerb {
  switch (request.method) {
    case 'GET':
      if (name !== '') return 'get';
      return isTrue(request.query['watch']) ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete';
  }
}

/** Whether all requests of a method have one verb, whatever their path points at. */
export function hasSoleVerb(method: Method): boolean {
  return method !== 'GET' && method !== 'DELETE';
}

/** A boolean of the query as upstream reads it: present and neither `false` nor `0`. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== 'false' && value !== '0';
}
