import type { CriProbe, HealthAnswer } from '../messages.ts';
import type { Kubelet, KubeletEnv, KubeletMemory, ProbeKind, ProbeTimer } from './state.ts';
import type { Micros } from '../../kernel/time.ts';

/** A GET that a probe has sent to one of the cluster's own components, and that has not been answered. Frozen. */
export interface ProcessCheck {
  readonly id: number;
  readonly process: string;
  /** Of the probe that it is made for. */
  readonly timer: ProbeTimer;
  /** What is asked for; its URL is written out when somebody has to read it. */
  readonly get: HttpProbe;
  readonly since: Micros;
  /** From one check of this probe to the next. */
  readonly period: Micros;
}

type HttpProbe = Extract<CriProbe, { readonly kind: 'http' }>;

function urlOf({ scheme, host, port, path }: HttpProbe): string {
  return `${scheme.toLowerCase()}://${host}:${port}${path}`;
}

/** What a check has found; `undefined` while it is under way. */
export interface CheckResult {
  readonly outcome: 'success' | 'failure';
  readonly output: string;
}

/** Sends a probe's GET to the health endpoint of a process of this machine. */
export function beginCheck(
  { memory }: Kubelet,
  check: Omit<ProcessCheck, 'id' | 'since'>,
  env: KubeletEnv,
): void {
  const id = memory.nextCheck++;
  const { process, timer, get, period } = check;
  memory.checks.set(id, Object.freeze({ id, process, timer, get, since: env.now, period }));
  env.send(process, { type: 'health/check', id, path: get.path, again: true });
}

/** The check of one probe that is under way. */
export function checkUnderWay(
  { checks }: KubeletMemory,
  containerId: string,
  probe: ProbeKind,
): ProcessCheck | undefined {
  for (const check of checks.values())
    if (check.timer.containerId === containerId && check.timer.probe === probe) return check;
  return undefined;
}

/** Takes an answer, if it is one to a check. */
export function takeCheck(
  { checks }: KubeletMemory,
  answer: HealthAnswer,
): { readonly check: ProcessCheck; readonly result: CheckResult } | undefined {
  const { id } = answer;
  const check = checks.get(id);
  if (check === undefined) return undefined;
  checks.delete(id);
  const fine = answer.code >= 200 && answer.code < 400;
  return {
    check,
    result: fine ? FINE : failed(`HTTP probe failed with statuscode: ${answer.code}`),
  };
}

const FINE: CheckResult = Object.freeze({ outcome: 'success', output: '' });

function failed(output: string): CheckResult {
  return { outcome: 'failure', output };
}

/** A check that has had no answer for as long as its probe waits. */
export function timedOut({ checks }: KubeletMemory, check: ProcessCheck): CheckResult {
  checks.delete(check.id);
  return failed(
    `Get "${urlOf(check.get)}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  );
}

/** The connection to a process is lost: what was asked of it will not be answered. */
export function refusedChecks(
  { checks }: KubeletMemory,
  peer: string,
): readonly { readonly check: ProcessCheck; readonly result: CheckResult }[] {
  const refused: { readonly check: ProcessCheck; readonly result: CheckResult }[] = [];
  for (const check of checks.values()) {
    if (check.process !== peer) continue;
    const { host, port } = check.get;
    const output = `Get "${urlOf(check.get)}": dial tcp ${host}:${port}: connect: connection refused`;
    refused.push({ check, result: failed(output) });
  }
  for (const { check } of refused) checks.delete(check.id);
  return refused;
}
