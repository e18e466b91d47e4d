import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { ensureClientLibraries } from '../../../../scripts/client-node.mjs';
import { serveCluster, type ServedCluster, type ServeSettings } from './serve.ts';

/**
 * For tests: `@kubernetes/client-node` before a served cluster. The library is no dependency of the project, so the little
 * of it that the tests call is described here.
 */
export interface Thing {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

export interface ThingList {
  readonly items: readonly Thing[];
  readonly metadata: { readonly resourceVersion?: string; readonly _continue?: string };
}

/** One of the generated APIs: methods by name, each with one object of parameters. */
export type Api = Readonly<Record<string, (request: object, options?: unknown) => Promise<Thing>>>;
/** The same, for its methods that list. */
export type ListApi = Readonly<Record<string, (request: object) => Promise<ThingList>>>;

export interface ObjectApi {
  create(spec: object): Promise<Thing>;
  read(spec: object): Promise<Thing>;
  replace(spec: object): Promise<Thing>;
  delete(spec: object, ...options: unknown[]): Promise<unknown>;
  list(apiVersion: string, kind: string, namespace?: string): Promise<ThingList>;
  patch(
    spec: object,
    pretty?: string,
    dryRun?: string,
    fieldManager?: string,
    force?: boolean,
    strategy?: string,
  ): Promise<Thing>;
}

export interface Informer {
  on(verb: string, listener: (thing: Thing) => void): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  get(name: string, namespace?: string): Thing | undefined;
  list(namespace?: string): readonly Thing[];
  latestResourceVersion(): string;
}

export interface KubeConfig {
  loadFromFile(path: string): void;
  loadFromOptions(options: object): void;
  exportConfig(): string;
  getCurrentContext(): string;
  getCurrentCluster(): { readonly server: string; readonly caData?: string } | null;
  makeApiClient(api: unknown): Api & ListApi;
}

type WatchDone = (error: { readonly statusCode?: number; readonly code?: number } | null) => void;

/** The library's module. */
export interface ClientNode {
  readonly KubeConfig: new () => KubeConfig;
  readonly CoreV1Api: unknown;
  readonly AppsV1Api: unknown;
  readonly BatchV1Api: unknown;
  readonly CoordinationV1Api: unknown;
  readonly ApiextensionsV1Api: unknown;
  readonly CustomObjectsApi: unknown;
  readonly AuthorizationV1Api: unknown;
  readonly VersionApi: unknown;
  readonly KubernetesObjectApi: { makeApiClient(config: KubeConfig): ObjectApi };
  readonly PatchStrategy: Readonly<
    Record<'JsonPatch' | 'MergePatch' | 'StrategicMergePatch' | 'ServerSideApply', string>
  >;
  /** A Date that is written with microseconds. */
  readonly V1MicroTime: new () => Date;
  setHeaderOptions(name: string, value: string): unknown;
  makeInformer(
    config: KubeConfig,
    path: string,
    list: () => Promise<ThingList>,
    labelSelector?: string,
  ): Informer;
  readonly Watch: new (
    config: KubeConfig,
  ) => {
    watch(
      path: string,
      query: object,
      onEvent: (phase: string, thing: Thing) => void,
      done: WatchDone,
    ): Promise<AbortController>;
  };
  readonly Log: new (
    config: KubeConfig,
  ) => {
    log(
      namespace: string,
      pod: string,
      container: string,
      stream: Writable,
      options: object,
    ): Promise<AbortController>;
  };
  readonly Exec: new (
    config: KubeConfig,
  ) => {
    exec(
      namespace: string,
      pod: string,
      container: string,
      command: readonly string[],
      stdout: Writable | null,
      stderr: Writable | null,
      stdin: Readable | null,
      tty: boolean,
      onStatus: (status: { readonly status: string; readonly details?: object }) => void,
    ): Promise<{ close(): void }>;
  };
  readonly Attach: new (
    config: KubeConfig,
  ) => {
    attach(
      namespace: string,
      pod: string,
      container: string,
      stdout: Writable | null,
      stderr: Writable | null,
      stdin: Readable | null,
      tty: boolean,
    ): Promise<{ close(): void }>;
  };
  readonly PortForward: new (
    config: KubeConfig,
  ) => {
    portForward(
      namespace: string,
      pod: string,
      ports: readonly number[],
      output: Writable,
      errors: Writable | null,
      input: Readable,
    ): Promise<{ close(): void } | (() => { close(): void } | null)>;
  };
  readonly Cp: new (
    config: KubeConfig,
  ) => {
    cpToPod(
      namespace: string,
      pod: string,
      container: string,
      from: string,
      to: string,
    ): Promise<void>;
  };
  readonly Health: new (
    config: KubeConfig,
  ) => { readyz(options: object): Promise<boolean>; livez(options: object): Promise<boolean> };
  topNodes(core: unknown): Promise<readonly { readonly CPU: { readonly RequestTotal: number } }[]>;
  topPods(
    core: unknown,
    metrics: unknown,
    namespace: string,
  ): Promise<readonly { readonly Pod: Thing; readonly Containers: readonly object[] }[]>;
  loadAllYaml(text: string): readonly object[];
  readonly Metrics: new (
    config: KubeConfig,
  ) => {
    getNodeMetrics(): Promise<{ readonly items: readonly Thing[] }>;
    getPodMetrics(namespace?: string): Promise<{ readonly items: readonly Thing[] }>;
  };
}

/** The folder of the libraries, or undefined where they cannot be had. */
export const libraries = ensureClientLibraries();

/** A module of the libraries' folder, by the path of its entry. */
export async function libraryOf(path: string): Promise<unknown> {
  if (libraries === undefined) return undefined;
  // A path that is only known here.
  return (await import(/* @vite-ignore */ pathToFileURL(join(libraries, path)).href)) as unknown;
}

/** The library in its two versions; undefined where it cannot be had. What it holds is described above. */
export const clientNodes = [
  { version: '1.4.0', library: await clientNodeOf('@kubernetes/client-node') },
  { version: '2.0.1', library: await clientNodeOf('client-node-2') },
];

async function clientNodeOf(folder: string): Promise<ClientNode | undefined> {
  return (await libraryOf(`${folder}/dist/index.js`)) as ClientNode | undefined;
}

/** A served cluster, and a configuration that was read from the kubeconfig it wrote. */
export interface Served {
  readonly cluster: ServedCluster;
  readonly config: KubeConfig;
  readonly library: ClientNode;
  /** The file that the configuration was read from. */
  readonly kubeconfig: string;
  close(): Promise<void>;
}

export async function openClient(
  library: ClientNode | undefined,
  settings: Partial<ServeSettings> = {},
): Promise<Served> {
  if (library === undefined) throw new Error('no client library');
  const cluster = await serveCluster({
    port: 0,
    host: '127.0.0.1',
    nodes: 0,
    seed: 7,
    speed: 1,
    waitForNodes: false,
    ...settings,
  });
  const folder = mkdtempSync(join(tmpdir(), 'kubarium-client-'));
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, cluster.kubeconfig);
  const config = new library.KubeConfig();
  config.loadFromFile(file);
  return {
    cluster,
    config,
    library,
    kubeconfig: file,
    async close() {
      await cluster.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Calls a method of one of the generated APIs by its name. */
export function call(
  api: Api & ListApi,
  method: string,
  request: object,
  options?: unknown,
): Promise<Thing> {
  const found = api[method];
  if (found === undefined) throw new Error(`the library has no ${method}`);
  // A method of a class of the library: it needs its object.
  return (found as Api[string]).call(api, request, options) as Promise<Thing>;
}

export function listOf(answer: unknown): Awaited<ReturnType<ListApi[string]>> {
  return answer as Awaited<ReturnType<ListApi[string]>>;
}

export function names(answer: unknown): readonly (string | undefined)[] {
  return listOf(answer).items.map((each) => each.metadata.name);
}

/** The status code with which a call was refused; 0: it was not. */
export async function codeOf(call: Promise<unknown>): Promise<number | undefined> {
  return call.then(
    () => 0,
    (error: { readonly code?: number }) => error.code,
  );
}

/** A busy machine takes its time to start a cluster. */
export const START_MILLIS = 60_000;

/** How tests wait for what the cluster does. */
export const POLL = { timeout: 20_000, interval: 25 };

export const namespace = 'default';

export const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});
