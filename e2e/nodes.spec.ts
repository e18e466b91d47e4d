import { startRecording, stopRecording } from './support/engine-tap.ts';
import { deployment } from './support/manifests.ts';
import { expect, test } from './support/test.ts';

test('a node loses its power: NotReady, eviction after five minutes, replaced elsewhere, mended', async ({
  playground,
  page,
}) => {
  const { editor, map, objects, strip, time, inspector } = playground;
  await editor.write(deployment({ replicas: 6 }));
  await editor.applied('Deployment web created');
  await expect.poll(() => map.readyPods('web-')).toBe(6);
  const lost = (await map.readPods('web-')).filter(({ node }) => node === 'node-2');
  expect(lost.length).toBeGreaterThan(0);

  await objects.inspect('Node', 'node-2');
  await startRecording(page);
  await playground.act('Power off');
  await expect(strip).toContainText('node-2: power off');
  await expect(map.node('node-2')).toContainText('no power');
  await expect(map.node('node-2')).toHaveAccessibleName(/NotReady/);
  await expect(map.node('node-2')).toContainText('evicts in');
  await expect(inspector).toContainText('node.kubernetes.io/unreachable:NoExecute');
  await expect(inspector).toContainText('node.kubernetes.io/unreachable:NoSchedule');

  await test.step('after 300 s more its Pods are replaced on other nodes', async () => {
    await time.speed(100);
    const elsewhere = async (): Promise<number> =>
      (await map.readPods('web-')).filter(
        ({ node, status }) => node !== 'node-2' && status === 'Running',
      ).length;
    await expect.poll(elsewhere).toBe(6);
    const left = (await map.readPods('web-')).filter(({ node }) => node === 'node-2');
    expect(left.map(({ name }) => name).sort()).toEqual(lost.map(({ name }) => name).sort());
    for (const { status } of left) expect(status).toBe('Terminating');
    await expect(await objects.line('Deployment', 'web')).toContainText('6/6');
  });

  await test.step('no sooner and not much later than Kubernetes would', async () => {
    const moments = await stopRecording(page);
    const cut = moments.find(({ faults }) => faults.length > 0)?.faults[0]?.since ?? 0;
    const notReady = moments.find(({ nodes }) =>
      nodes.some(({ name, ready }) => name === 'node-2' && ready !== 'True'),
    );
    const evicted = moments.find(({ pods }) =>
      pods.some(({ node, deleting }) => node === 'node-2' && deleting),
    );
    // Up to ten seconds since the last renewal of its lease, and the monitor looks every five.
    expect((notReady?.at ?? 0) - cut).toBeGreaterThan(29);
    expect((notReady?.at ?? 0) - cut).toBeLessThan(50);
    expect((evicted?.at ?? 0) - (notReady?.at ?? 0)).toBeGreaterThan(298);
    expect((evicted?.at ?? 0) - (notReady?.at ?? 0)).toBeLessThan(315);
  });

  await test.step('mended from the list of what is broken', async () => {
    await strip.getByRole('button', { name: 'Mend', exact: true }).click();
    await expect(strip).toContainText('3 of 3 Ready');
    await expect(strip.getByRole('button', { name: 'Broken now: healthy' })).toBeVisible();
    await expect(map.node('node-2')).toHaveAccessibleName(/, Ready,/);
    // What was replaced meanwhile ends, now that its kubelet hears of it.
    await expect(map.pods('web-')).toHaveCount(6);
  });
});

test('a cut network looks the same to the cluster, and its containers run on', async ({
  playground,
}) => {
  const { map, objects, strip } = playground;
  await objects.inspect('Node', 'node-3');
  await playground.act('Cut network');
  await expect(map.node('node-3')).toContainText('cut off');
  await expect(map.node('node-3')).toHaveAccessibleName(/NotReady/);
  await expect(playground.inspector).toContainText('cut off');

  await playground.act('Heal network');
  await expect(map.node('node-3')).toHaveAccessibleName(/, Ready,/);
  await expect(strip).toContainText('3 of 3 Ready');
});

test('a stopped kubelet is noticed, listed, and mended among others', async ({
  playground,
  page,
}) => {
  const { map, objects, strip } = playground;
  await objects.inspect('Node', 'node-1');
  await playground.act('Stop kubelet');
  await playground.act('Stop containerd');
  await expect(map.node('node-1')).toContainText('kubelet down');
  await expect(map.node('node-1')).toHaveAccessibleName(/NotReady/);

  await strip.getByRole('button', { name: 'Broken now: actions' }).click();
  await expect(page.getByRole('menuitem', { name: /^Mend: kubelet on node-1/ })).toBeVisible();
  await page.getByRole('menuitem', { name: 'Mend everything' }).click();
  await expect(map.node('node-1')).toHaveAccessibleName(/, Ready,/);
  await expect(strip.getByRole('button', { name: 'Broken now: healthy' })).toBeVisible();
});
