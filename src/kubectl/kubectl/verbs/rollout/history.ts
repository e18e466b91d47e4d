import { collect, targetsOf, type Info } from '../../builder.ts';
import { asFailure, fail, type Failure } from '../../failure.ts';
import { namesFiles } from '../../manifests.ts';
import { selectorText, writePodTemplate } from '../../describe/pod-template.ts';
import {
  at,
  fieldsAt,
  listAt,
  numberAt,
  textAt,
  withField,
  type ApiObject,
  type Fields,
} from '../../objects.ts';
import { createTabWriter } from '../../printers/tab-writer.ts';
import { asGoPrints } from '../../printers/go-object.ts';
import { valuePrinterOf, type ValuePrinter } from '../../printers/values.ts';
import type { Session } from '../../session.ts';
import { report, throwAll } from '../../writing.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const CHANGE_CAUSE = 'kubernetes.io/change-cause';

/** One earlier state of a workload. */
export interface Revision {
  readonly number: number;
  /** The ReplicaSet or ControllerRevision that keeps it. */
  readonly keeper: ApiObject;
  readonly template: unknown;
}

/** The revisions of a Deployment, DaemonSet or StatefulSet, oldest first. */
export async function revisionsOf(session: Session, info: Info): Promise<readonly Revision[]> {
  const { object, namespace } = info;
  const isDeployment = object.kind === 'Deployment';
  const plural = isDeployment ? 'replicasets' : 'controllerrevisions';
  const list = await session.get(`/apis/apps/v1/namespaces/${namespace}/${plural}`, {
    labelSelector: selectorText(at(object, 'spec', 'selector')),
  });
  return listAt(list, 'items')
    .filter((each) => isControlledBy(each, textAt(object, 'metadata', 'uid')))
    .map((each) => ({
      number: isDeployment
        ? Number(textAt(each, 'metadata', 'annotations', REVISION) || 0)
        : numberAt(each, 'revision'),
      keeper: each as ApiObject,
      template: isDeployment ? at(each, 'spec', 'template') : at(each, 'data', 'spec', 'template'),
    }))
    .filter(({ number }) => number > 0)
    .sort((a, b) => a.number - b.number);
}

function isControlledBy(object: unknown, uid: string): boolean {
  return listAt(object, 'metadata', 'ownerReferences').some(
    (each) => at(each, 'controller') === true && textAt(each, 'uid') === uid,
  );
}

/** kubectl rollout history. */
export async function rolloutHistory(session: Session): Promise<void> {
  const { flags } = session;
  const revision = flags.int('revision');
  if (revision < 0) fail(`revision must be a positive integer: ${revision}`);
  requireResourceArguments(session);
  const printer = valuePrinterOf(session, { typed: true });
  const { infos, failures } = await collect(
    session,
    await targetsOf(session, { takesSelectors: true, typeAlone: true }),
  );
  const all: Failure[] = [...failures];
  for (const info of infos) {
    try {
      await showHistory(session, info, { revision, printer });
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  throwAll(all);
}

/** Kinds of which upstream knows that they have no history. */
const knownKinds = ['CronJob', 'Job', 'Pod', 'ReplicaSet', 'ReplicationController'];

async function showHistory(
  session: Session,
  info: Info,
  { revision, printer }: { readonly revision: number; readonly printer: ValuePrinter | undefined },
): Promise<void> {
  const { kind: own } = info.object;
  if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(own)) {
    const shown = JSON.stringify(groupKindOf(info));
    if (knownKinds.includes(own)) fail(`no history viewer has been implemented for ${shown}`);
    fail(
      `error retrieving history for ${shown}, no visitor method exists for {${info.resource.group} ${own}}`,
    );
  }
  const revisions = await revisionsOf(session, info);
  if (printer !== undefined) {
    if (revision > 0 && !revisions.some(({ number }) => number === revision)) {
      fail('unable to find the specified revision');
    }
    for (const each of revisions) {
      if (revision !== 0 && each.number !== revision) continue;
      session.out(printer.print(asGoPrints(stateAt(info.object, each))));
    }
    return;
  }
  const suffix = revision > 0 ? `with revision #${revision}` : '';
  const text = revision > 0 ? templateText(revisions, revision) : tableText(revisions);
  report(session, info.object, `${suffix}\n${text}`);
}

/** What `-o` shows of a revision: the ReplicaSet that keeps it; of other workloads themselves as they were. */
function stateAt(object: ApiObject, { keeper, template }: Revision): Fields {
  const apiVersion = 'apps/v1';
  if (object.kind === 'Deployment') return { ...keeper, apiVersion, kind: 'ReplicaSet' };
  const applied = withField(template, ['$patch'], undefined);
  return { ...withField(object, ['spec', 'template'], applied), apiVersion };
}

/** The commands of rollout say it their own way when nothing is named. */
export function requireResourceArguments(session: Session): void {
  if (session.args.length === 0 && !namesFiles(session)) fail('required resource not specified');
}

export function groupKindOf({ resource }: Info): string {
  return resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
}

function tableText(revisions: readonly Revision[]): string {
  if (revisions.length === 0) return 'No rollout history found.';
  const tabs = createTabWriter({ minWidth: 0, padding: 2 });
  tabs.write('REVISION\tCHANGE-CAUSE\n');
  for (const { number, keeper } of revisions) {
    tabs.write(`${number}\t${keeper.metadata.annotations?.[CHANGE_CAUSE] ?? '<none>'}\n`);
  }
  return tabs.flush();
}

/** The template of a revision as upstream prints it here: with its tabs. */
function templateText(revisions: readonly Revision[], revision: number): string {
  const found = revisions.find(({ number }) => number === revision);
  if (found === undefined) fail('unable to find the specified revision');
  const cause = found.keeper.metadata.annotations?.[CHANGE_CAUSE];
  const template =
    cause === undefined
      ? found.template
      : withField(found.template, ['metadata', 'annotations'], {
          ...fieldsAt(found.template, 'metadata', 'annotations'),
          [CHANGE_CAUSE]: cause,
        });
  let text = '';
  const write = (level: number, part: string): void => {
    text += `${'  '.repeat(level)}${part}`;
  };
  writePodTemplate(
    {
      now: 0,
      write,
      field: (level, label, value) => write(level, `${label}:\t${String(value)}\n`),
    },
    template,
  );
  return text;
}
