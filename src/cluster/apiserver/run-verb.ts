import { allVerbs } from '../../api/kinds/define-kind.ts';
import { methodNotAllowedError, unknownResourceError } from '../../api/status-error.ts';
import { refuse, type Answer, type Exchange } from './exchange.ts';
import { getObject } from './reads/get.ts';
import { listObjects } from './reads/list.ts';
import { openWatch } from './reads/watch.ts';
import { passageOf, type Passage } from './passage.ts';
import { targetOf, type RequestTarget } from './request-target.ts';
import type { Server } from './server.ts';
import type { ApiVerb, Verb, VerbStep } from './verb.ts';
import { createObject } from './writes/create.ts';
import { deleteObject } from './writes/delete.ts';
import { deleteCollection } from './writes/delete-collection.ts';
import { patchObject } from './writes/patch.ts';
import { updateObject } from './writes/update.ts';
import { subresourceVerb } from './subresources/index.ts';

/**
 * Runs a request's verb from a step on. It is run again when what it based its write on was out of date. `passage` is that
 * of the request.
 */
export function runVerb(
  server: Server,
  exchange: Exchange,
  at: VerbStep,
  passage: Passage = passageOf(server, exchange.request, exchange.receivedAt),
): Answer {
  const { request } = exchange;
  const target = targetOf(request.path);
  if (target === undefined) return refuse(unknownResourceError());
  let verb = target.name === '' ? passage.ofCollection : passage.ofObjects;
  // A definition may have changed since.
  if (verb === undefined || passage.kind !== target.kind) verb = findVerb(target, passage);
  return verb === undefined
    ? refuse(methodNotAllowedError())
    : verb({ server, exchange, target, at });
}

/** What answers the requests of a passage at such a target. */
function findVerb(target: RequestTarget, passage: Passage): Verb | undefined {
  const { verb: asked } = passage;
  const verb = target.subresource === '' ? verbFor(target, asked) : subresourceVerb(target, asked);
  if (passage.kind === target.kind) {
    if (target.name === '') passage.ofCollection = verb;
    else passage.ofObjects = verb;
  }
  return verb;
}

function verbFor(target: RequestTarget, verb: ApiVerb): Verb | undefined {
  const isCollection = target.name === '';
  const { verbs } = target.kind;
  if (verbs !== allVerbs && !verbs.includes(verb)) return undefined;
  switch (verb) {
    case 'get':
      return getObject;
    case 'list':
      return listObjects;
    case 'watch':
      return openWatch;
    case 'create':
      // Objects of a namespaced kind are made in a namespace.
      return isCollection && target.kind.namespaced === (target.namespace !== '')
        ? createObject
        : undefined;
    case 'update':
      return isCollection ? undefined : updateObject;
    case 'patch':
      return isCollection ? undefined : patchObject;
    case 'delete':
      return deleteObject;
    case 'deletecollection':
      return target.kind.namespaced === (target.namespace !== '') ? deleteCollection : undefined;
  }
}
