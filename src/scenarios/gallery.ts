import badImage from './gallery/bad-image.yaml?raw';
import config from './gallery/config.yaml?raw';
import crashLoop from './gallery/crash-loop.yaml?raw';
import fillTheCluster from './gallery/fill-the-cluster.yaml?raw';
import gracefulEnd from './gallery/graceful-end.yaml?raw';
import initContainers from './gallery/init-containers.yaml?raw';
import liveness from './gallery/liveness.yaml?raw';
import oom from './gallery/oom.yaml?raw';
import rollingUpdate from './gallery/rolling-update.yaml?raw';
import shortPatience from './gallery/short-patience.yaml?raw';
import tooBig from './gallery/too-big.yaml?raw';
import web from './gallery/web.yaml?raw';

/** A manifest to begin with: what it shows, and what to watch for. */
export interface Template {
  readonly id: string;
  readonly title: string;
  readonly notice: string;
  readonly group: 'First steps' | 'Scheduling' | 'Things that go wrong' | 'The life of a Pod';
  readonly manifest: string;
}

/** The template gallery, in the order in which it is shown. */
export const GALLERY: readonly Template[] = [
  {
    id: 'web',
    title: 'A web server behind a Service',
    notice:
      'Deployment → ReplicaSet → three Pods, and the endpoints of the Service as they become ready.',
    group: 'First steps',
    manifest: web,
  },
  {
    id: 'rolling-update',
    title: 'A rolling update',
    notice: 'Change the image and apply again: one Pod more, one Pod less, until all are new.',
    group: 'First steps',
    manifest: rollingUpdate,
  },
  {
    id: 'config',
    title: 'Settings from a ConfigMap',
    notice: 'Without the ConfigMap the container cannot be created.',
    group: 'First steps',
    manifest: config,
  },
  {
    id: 'fill-the-cluster',
    title: 'One Pod too many',
    notice: 'Six fit on three nodes; the seventh waits in the harbour until something gives way.',
    group: 'Scheduling',
    manifest: fillTheCluster,
  },
  {
    id: 'too-big',
    title: 'A Pod that fits nowhere',
    notice: 'Pending, with the reason of every node in one Event.',
    group: 'Scheduling',
    manifest: tooBig,
  },
  {
    id: 'short-patience',
    title: 'Pods that leave a lost node quickly',
    notice: 'Power off their node: NotReady after 40 s, evicted 10 s later instead of 300.',
    group: 'Scheduling',
    manifest: shortPatience,
  },
  {
    id: 'crash-loop',
    title: 'CrashLoopBackOff',
    notice: 'The wait before each restart doubles: 10 s, 20 s, 40 s.',
    group: 'Things that go wrong',
    manifest: crashLoop,
  },
  {
    id: 'bad-image',
    title: 'An image that does not exist',
    notice: 'ErrImagePull, then ImagePullBackOff; after a minute the rollout has failed.',
    group: 'Things that go wrong',
    manifest: badImage,
  },
  {
    id: 'oom',
    title: 'Out of memory',
    notice: 'OOMKilled with exit code 137: the limit is the container’s, not the node’s.',
    group: 'Things that go wrong',
    manifest: oom,
  },
  {
    id: 'liveness',
    title: 'A liveness probe that fails',
    notice: 'Healthy for 30 s; then three failures and a restart.',
    group: 'The life of a Pod',
    manifest: liveness,
  },
  {
    id: 'init-containers',
    title: 'Init containers',
    notice: 'Init:0/2, Init:1/2, then the web server starts.',
    group: 'The life of a Pod',
    manifest: initContainers,
  },
  {
    id: 'graceful-end',
    title: 'A graceful end',
    notice: 'Delete it: Terminating while preStop runs, then SIGTERM.',
    group: 'The life of a Pod',
    manifest: gracefulEnd,
  },
];
