import type { Locator, Page } from '@playwright/test';

/** A Pod as the map names it. */
export interface PodOnMap {
  readonly name: string;
  /** `Running`, `Running, 0/1 ready`, `CrashLoopBackOff`. */
  readonly status: string;
  /** Empty while it waits for one. */
  readonly node: string;
}

/** The picture in the middle, by the names it gives its things. */
export interface MapPart {
  readonly root: Locator;
  node(name: string): Locator;
  service(name: string): Locator;
  /** Chips of the Pods whose names begin so. */
  pods(prefix: string): Locator;
  /** What the chips say. */
  readPods(prefix: string): Promise<readonly PodOnMap[]>;
  /** How many of these Pods are Running and ready. */
  readyPods(prefix: string): Promise<number>;
  /** A lane of the harbour: Pods that wait for a node. */
  lane(title: 'Unseen' | 'Active' | 'Back-off' | 'Unschedulable'): Locator;
}

const POD_NAME = /^Pod (?<name>\S+): (?<status>.*?)(?: on (?<node>\S+))?$/;

export function createMap(page: Page): MapPart {
  const root = page.getByRole('application', { name: /^Cluster map/ });
  const chips = (prefix: string): Locator =>
    root.getByRole('button', { name: new RegExp(`^Pod ${prefix}`) });

  async function readPods(prefix: string): Promise<readonly PodOnMap[]> {
    const names = await chips(prefix).evaluateAll((elements) =>
      elements.map((element) => element.getAttribute('aria-label') ?? ''),
    );
    return names.map((words) => {
      const { name = words, status = '', node = '' } = POD_NAME.exec(words)?.groups ?? {};
      return { name, status, node };
    });
  }

  return {
    root,
    node: (name) => root.getByRole('region', { name: new RegExp(`^Node ${name},`) }),
    service: (name) => root.getByRole('region', { name: new RegExp(`^Service ${name}:`) }),
    pods: chips,
    readPods,
    async readyPods(prefix) {
      return (await readPods(prefix)).filter(({ status }) => status === 'Running').length;
    },
    lane: (title) =>
      page
        .getByRole('region', { name: 'Pods waiting for a node' })
        .locator('[data-harbour-lane]', { hasText: title }),
  };
}
