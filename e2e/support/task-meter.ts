import type { Page } from '@playwright/test';

/**
 * How long the page's main thread was kept busy by one task, in milliseconds of its own processor time: unlike time on
 * the clock it says the same on a busy machine. Begins to measure; what is answered ends it.
 */
export async function startTaskMeter(page: Page): Promise<() => Promise<TaskFigures>> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    // Trace events, of which the protocol says no more.
    events.push(...(value as unknown as TraceEvent[]));
  });
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'], excludedCategories: ['*'] },
  });
  return async () => {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
    await session.send('Tracing.end');
    await complete;
    await session.detach();
    return figuresOf(events);
  };
}

export interface TaskFigures {
  readonly tasks: number;
  readonly longestCpuMillis: number;
  readonly over16CpuMillis: number;
  readonly over50CpuMillis: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's own time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

function figuresOf(events: readonly TraceEvent[]): TaskFigures {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const byThread = new Map<string, number[]>();
  for (const { name, ph, pid, tid, tdur = 0 } of events) {
    const thread = `${pid} ${tid}`;
    if (ph !== 'X' || !name.endsWith('::RunTask') || !mains.has(thread)) continue;
    const known = byThread.get(thread) ?? [];
    byThread.set(thread, known);
    known.push(tdur / 1000);
  }
  // Other tabs' processes do next to nothing.
  const [cpu = []] = [...byThread.values()].sort((a, b) => b.length - a.length);
  const over = (millis: number): number => cpu.filter((each) => each > millis).length;
  return {
    tasks: cpu.length,
    longestCpuMillis: Math.round(Math.max(0, ...cpu)),
    over16CpuMillis: over(16),
    over50CpuMillis: over(50),
  };
}
