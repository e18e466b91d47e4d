import { findResource } from '../discovery.ts';
import { fail } from '../failure.ts';
import { writeRules } from '../describe/access.ts';
import { at, listAt, textAt } from '../objects.ts';
import { createListWriter } from '../printers/tab-writer.ts';
import { valuePrinterOf } from '../printers/values.ts';
import type { Session } from '../session.ts';

const GROUP = '/apis/authorization.k8s.io/v1';

/** kubectl auth can-i: whether the API server would allow something; exit status 1 for no. */
export async function canI(session: Session): Promise<number> {
  const { flags, args } = session;
  if (flags.bool('list')) {
    if (args.length > 0) fail('list option must be specified with no arguments');
    if (flags.bool('quiet') || flags.bool('all-namespaces') || flags.text('subresource') !== '') {
      fail(
        "list option can't be specified with neither quiet, all-namespaces nor subresource options",
      );
    }
    await listRules(session);
    return 0;
  }
  const [verb, what] = args;
  if (verb === undefined || what === undefined || args.length > 2) {
    return fail(
      `${'you must specify two arguments: verb resource or verb resource/resourceName.'}\nSee 'kubectl auth can-i -h' for help and examples.`,
    );
  }
  const isUrl = what.startsWith('/');
  if (isUrl && flags.text('subresource') !== '') {
    fail('--subresource can not be used with NonResourceURL');
  }
  if (isUrl && !pathVerbs.has(verb)) warnOfVerb(session, verb);
  const spec = isUrl
    ? { nonResourceAttributes: { path: what, verb } }
    : { resourceAttributes: await attributesOf(session, verb, what) };
  if (flags.bool('no-headers')) fail('--no-headers cannot be set without --list specified');
  const review = await session.ask({
    method: 'POST',
    path: `${GROUP}/selfsubjectaccessreviews`,
    body: {
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec,
      status: { allowed: false },
    },
  });
  const isAllowed = at(review, 'status', 'allowed') === true;
  if (!flags.bool('quiet')) {
    const reason = textAt(review, 'status', 'reason');
    const error = textAt(review, 'status', 'evaluationError');
    let text = isAllowed ? 'yes' : 'no';
    if (!isAllowed && reason !== '') text += ` - ${reason}`;
    if (!isAllowed && error !== '') text += ` - ${error}`;
    session.out(`${text}\n`);
  }
  return isAllowed ? 0 : 1;
}

/** Verbs that kubectl knows; others are sent as well, with a warning. */
const resourceVerbs: ReadonlySet<string> = new Set([
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'use',
  'bind',
  'impersonate',
  '*',
  'approve',
  'sign',
  'escalate',
  'attest',
]);
const pathVerbs: ReadonlySet<string> = new Set([
  'get',
  'put',
  'post',
  'head',
  'options',
  'delete',
  'patch',
  '*',
]);

function warnOfVerb(session: Session, verb: string): void {
  session.warn(`verb '${verb}' is not a known verb`);
  session.err('\n');
}

async function attributesOf(
  session: Session,
  verb: string,
  what: string,
): Promise<Readonly<Record<string, unknown>>> {
  const slash = what.indexOf('/');
  const [type, name] = slash < 0 ? [what, ''] : [what.slice(0, slash), what.slice(slash + 1)];
  const found = type === '*' ? undefined : findResource(await session.discovery(), type);
  if (found === undefined && type !== '*') {
    session.warn(`the server doesn't have a resource type '${type}'\n`.trimEnd());
    session.err('\n');
  } else if (found !== undefined && !found.namespaced && !session.flags.bool('all-namespaces')) {
    const group = found.group === '' ? '' : ` in group '${found.group}'`;
    session.warn(`resource '${found.name}' is not namespace scoped${group}\n`.trimEnd());
    session.err('\n');
  }
  if ((found !== undefined || type === '*') && !session.flags.bool('all-namespaces')) {
    if (!resourceVerbs.has(verb)) warnOfVerb(session, verb);
  }
  const subresource = session.flags.text('subresource');
  return {
    ...(session.flags.bool('all-namespaces') ? {} : { namespace: session.namespace }),
    verb,
    ...(found === undefined
      ? { group: type === '*' ? '*' : '', resource: type }
      : { group: found.group, resource: found.name }),
    ...(subresource === '' ? {} : { subresource }),
    ...(name === '' ? {} : { name }),
  };
}

async function listRules(session: Session): Promise<void> {
  const review = await session.ask({
    method: 'POST',
    path: `${GROUP}/selfsubjectrulesreviews`,
    body: {
      kind: 'SelfSubjectRulesReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec: { namespace: session.namespace },
    },
  });
  const tabs = createListWriter();
  if (!session.flags.bool('no-headers'))
    tabs.write('Resources\tNon-Resource URLs\tResource Names\tVerbs\n');
  const rules = [
    ...listAt(review, 'status', 'resourceRules'),
    ...listAt(review, 'status', 'nonResourceRules'),
  ];
  writeRules(
    { now: 0, write: (_level, text) => tabs.write(text), field: () => undefined },
    rules,
    0,
  );
  session.out(tabs.flush());
}

/** kubectl auth whoami. */
export async function whoAmI(session: Session): Promise<void> {
  const review = await session.ask({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: {
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {},
      status: { userInfo: {} },
    },
  });
  const printer = valuePrinterOf(session, { typed: true });
  if (printer !== undefined) {
    session.out(printer.print(review) + printer.end());
    return;
  }
  const user = at(review, 'status', 'userInfo');
  const tabs = createListWriter();
  tabs.write('ATTRIBUTE\tVALUE\n');
  if (textAt(user, 'username') !== '') tabs.write(`Username\t${textAt(user, 'username')}\n`);
  if (textAt(user, 'uid') !== '') tabs.write(`UID\t${textAt(user, 'uid')}\n`);
  const groups = listAt(user, 'groups').map(String);
  if (groups.length > 0) tabs.write(`Groups\t[${groups.join(' ')}]\n`);
  for (const [key, value] of Object.entries(
    (at(user, 'extra') ?? {}) as Record<string, readonly string[]>,
  )) {
    tabs.write(`Extra: ${key}\t[${value.join(' ')}]\n`);
  }
  session.out(tabs.flush());
}
