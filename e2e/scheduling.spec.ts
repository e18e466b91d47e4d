import type { Locator } from '@playwright/test';
import { deployment } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

const TAINTED_AND_LABELLED = `apiVersion: v1
kind: Node
metadata:
  name: node-1
  labels:
    disk: ssd
---
apiVersion: v1
kind: Node
metadata:
  name: node-3
spec:
  taints:
    - key: gpu
      value: "yes"
      effect: NoSchedule
`;

/** Wants a disk, would rather be near its like, and is spread over the hosts; it does not tolerate node-3. */
const PARTICULAR = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: particular
spec:
  replicas: 2
  selector: { matchLabels: { app: particular } }
  template:
    metadata: { labels: { app: particular } }
    spec:
      affinity:
        nodeAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 50
              preference: { matchExpressions: [{ key: disk, operator: In, values: [ssd] }] }
        podAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 10
              podAffinityTerm:
                topologyKey: kubernetes.io/hostname
                labelSelector: { matchLabels: { app: particular } }
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: { matchLabels: { app: particular } }
      containers:
        - name: main
          image: nginx:1.27
          resources: { requests: { cpu: 500m, memory: 256Mi } }
`;

const GREEDY = `apiVersion: v1
kind: Pod
metadata:
  name: greedy
spec:
  containers:
    - name: main
      image: nginx:1.27
      resources: { requests: { cpu: "6" } }
`;

/** A row of the matrix by its columns' names. */
async function readMatrix(sheet: Locator): Promise<readonly ReadonlyMap<string, string>[]> {
  await expect(sheet.locator('tbody tr[aria-rowindex]').first()).toBeVisible();
  const { heads, rows } = await sheet.getByRole('table').evaluate((table) => {
    const words = (cell: Element): string => (cell.textContent ?? '').replace(/[↑↓]/, '').trim();
    return {
      heads: [...table.querySelectorAll('thead th')].map(words),
      rows: [...table.querySelectorAll('tbody tr[aria-rowindex]')].map((row) =>
        [...row.querySelectorAll('th, td')].map(words),
      ),
    };
  });
  // Where a plugin both scores and filters, its first column counts.
  return rows.map(
    (cells) =>
      new Map(cells.map((cell, at): [string, string] => [heads[at] ?? '', cell]).reverse()),
  );
}

test('the matrix of a Pod with affinity, taints and spread: the chosen node has most points', async ({
  playground,
  page,
}) => {
  const { editor, inspector, map, objects } = playground;
  await editor.write(TAINTED_AND_LABELLED);
  await editor.applied('Node node-1 configured', 'Node node-3 configured');
  await editor.write(PARTICULAR);
  await editor.applied('Deployment particular created');
  await expect.poll(() => map.readyPods('particular-')).toBe(2);

  for (const pod of await map.readPods('particular-')) {
    await objects.inspect('Pod', pod.name);
    await inspector.getByRole('tab', { name: 'Scheduling' }).click();
    await expect(inspector).toContainText(`Placed on ${pod.node}`);
    await inspector.getByRole('button', { name: 'Every plugin, every node' }).click();
    const sheet = page.getByRole('dialog', { name: `Scheduling of Pod ${pod.name}` });
    const rows = await readMatrix(sheet);
    expect(rows).toHaveLength(4);
    const chosen = rows.find((row) => row.get('Node')?.includes('chosen'));
    expect(chosen?.get('Node')).toContain(pod.node);
    const totals = rows.map((row) => Number.parseInt(row.get('Total') || '-1', 10));
    const best = Number.parseInt(chosen?.get('Total') ?? '-2', 10);
    expect(best).toBe(Math.max(...totals));
    expect(best).toBeGreaterThan(0);

    // The control plane's machine is a Node with a taint of its own.
    for (const name of ['cp-1', 'node-3']) {
      const tainted = rows.find((row) => row.get('Node') === name);
      expect(tainted?.get('Verdict')).toContain('untolerated taint');
      expect(tainted?.get('TaintToleration')).toContain('refused');
    }
    await sheet.getByRole('button', { name: 'Close' }).click();
  }
});

test('a waiting Pod: each node says why, and the request that would fit does fit', async ({
  playground,
}) => {
  const { editor, inspector, map, objects } = playground;
  await editor.write(GREEDY);
  await editor.applied('Pod greedy created');
  await map
    .lane('Unschedulable')
    .getByRole('button', { name: /^Pod greedy/ })
    .click();
  for (const node of ['node-1', 'node-2', 'node-3']) {
    await expect(map.node(node)).toContainText('Insufficient cpu');
  }

  await inspector.getByRole('tab', { name: 'Scheduling' }).click();
  await expect(inspector.getByTestId('failed-scheduling')).toContainText(
    '0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 Insufficient cpu.',
  );
  const changes = inspector.getByRole('list', { name: 'Changes that would make it fit' });
  const lower = changes.getByRole('listitem').filter({ hasText: /^Lower the cpu request/ });
  await expect(lower).toContainText('from 6 to 4');
  await lower.getByRole('button', { name: 'Do it' }).click();
  await expect.poll(() => map.readyPods('greedy')).toBe(1);
  await expect(await objects.yaml('Pod', 'greedy')).toContainText('cpu: "4"');
});

test('"Where would it go?" answers without applying', async ({ playground, page }) => {
  const { editor, map } = playground;
  await editor.write(deployment({ replicas: 3 }));
  await page.getByRole('button', { name: 'Where would it go?' }).click();
  const answer = page.getByRole('region', { name: 'Where would it go?' });
  await expect(answer.getByRole('listitem')).toHaveCount(3);
  await expect(answer).toContainText('Deployment web → node-1');
  await expect(map.node('node-1')).toContainText('1 Pod would come');
  await expect(map.pods('web-')).toHaveCount(0);
});

test('another configuration is refused with its errors, or taken by a scheduler that starts anew', async ({
  playground,
  page,
}) => {
  const { inspector, strip } = playground;
  await strip
    .getByRole('button', { name: /^Scheduler/ })
    .first()
    .click();
  await inspector.getByRole('tab', { name: 'Configuration' }).click();
  const text = inspector.getByLabel('KubeSchedulerConfiguration');
  await expect(text).toHaveValue(/LeastAllocated/);
  const before = await text.inputValue();

  await text.fill(before.replace('LeastAllocated', 'Leanest'));
  await inspector.getByRole('button', { name: 'Take it' }).click();
  await expect(inspector.getByRole('alert')).toContainText('Unsupported value: "Leanest"');

  await text.fill(before.replace('LeastAllocated', 'MostAllocated'));
  await inspector.getByRole('button', { name: 'Take it' }).click();
  await expect(playground.activity).toContainText('has started with the new configuration');

  await test.step('a plugin of one’s own filters and scores like any other', async () => {
    await inspector.getByRole('button', { name: 'Own plugin' }).click();
    await expect(text).toHaveValue(/name: MyPlugin/);
    const given = await text.inputValue();
    await text.fill(
      given
        .replace('node.pods.length >= 20', "node.name !== 'node-2'")
        .replace("'node(s) had 20 Pods already'", "'node(s) were not the second'"),
    );
    await inspector.getByRole('button', { name: 'Take it' }).click();
    await expect(
      playground.activity.getByText('has started with the new configuration'),
    ).toHaveCount(2);
    await playground.editor.write(deployment({ replicas: 2 }));
    await page.getByRole('button', { name: 'Where would it go?' }).click();
    const answer = page.getByRole('region', { name: 'Where would it go?' });
    await expect(answer).toContainText('Deployment web 2 Pods → node-2');
  });
});
