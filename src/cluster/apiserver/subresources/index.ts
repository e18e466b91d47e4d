import { statusError } from '../../../api/status-error.ts';
import { refuse } from '../exchange.ts';
import { getObject } from '../reads/get.ts';
import type { RequestTarget } from '../request-target.ts';
import type { ApiVerb, Verb } from '../verb.ts';
import { patchObject } from '../writes/patch.ts';
import { updateObject } from '../writes/update.ts';
import { bindPod } from './binding.ts';
import { evictPod } from './eviction.ts';
import { finalizeNamespace } from './finalize.ts';
import { requestToken } from './token.ts';
import { connectPod } from '../streams/connect.ts';
import { getLog } from '../streams/log.ts';
import { proxyRequest } from '../streams/proxy.ts';
import { getScale, updateScale } from './scale.ts';

/** The verb of a subresource; undefined where it has none such. */
export function subresourceVerb(target: RequestTarget, verb: ApiVerb): Verb | undefined {
  const { subresource, kind } = target;
  if (subresource === '') return undefined;
  const served: readonly ApiVerb[] | undefined = kind.subresources[subresource]?.verbs;
  if (served === undefined || !served.includes(verb)) return undefined;
  switch (subresource) {
    case 'approval':
    case 'status':
    case 'ephemeralcontainers':
    case 'resize':
      return verb === 'get' ? getObject : verb === 'update' ? updateObject : patchObject;
    case 'scale':
      return verb === 'get' ? getScale : updateScale;
    case 'binding':
      return bindPod;
    case 'eviction':
      return evictPod;
    case 'token':
      return requestToken;
    case 'finalize':
      return finalizeNamespace;
    case 'log':
      return getLog;
    case 'exec':
    case 'attach':
    case 'portforward':
      return connectPod;
    case 'proxy':
      return proxyRequest;
    default:
      return notServed;
  }
}

/** What a real cluster has and this one does not. Said openly, since silence would look like success. */
const notServed: Verb = ({ target }) =>
  refuse(
    statusError(
      501,
      '',
      `Kubarium does not serve ${target.kind.plural}/${target.subresource}; a real cluster does`,
    ),
  );
