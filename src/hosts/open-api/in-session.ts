import type { CustomResourceDefinition } from '../../api/generated/types.ts';
import { isEstablished } from '../../api/kinds/custom/registry.ts';
import { versionInfo } from '../../cluster/apiserver/discovery/version.ts';
import type { Session, SessionRequest, SessionResponse } from '../session.ts';
import { DEFINITIONS_PATH, openApiAnswer } from './documents.ts';

/** Answers a GET below `/openapi/` for the programs of a page: with a document, if a server is there. */
export async function answerOpenApi(
  session: Session,
  request: SessionRequest,
): Promise<SessionResponse> {
  const asked = await ask(session, { ...request, path: '/livez/ping' });
  if (asked.code !== 200) return asked;
  const listed = await ask(session, {
    method: 'GET',
    path: DEFINITIONS_PATH,
    user: 'system:apiserver',
  });
  const { items = [] } = (listed.code === 200 ? listed.body : {}) as {
    readonly items?: readonly CustomResourceDefinition[];
  };
  const answer = await openApiAnswer(request.path.split('?', 1)[0] ?? '', {
    release: versionInfo.gitVersion,
    // A page reads JSON alone.
    accept: 'application/json',
    definitions: items.filter(isEstablished),
  });
  if (answer === undefined || typeof answer.body !== 'string') return ask(session, request);
  return { code: 200, body: JSON.parse(answer.body) as unknown, warnings: [] };
}

function ask(session: Session, request: SessionRequest): Promise<SessionResponse> {
  return new Promise((resolve) => {
    session.request(request, { onResponse: resolve });
  });
}
