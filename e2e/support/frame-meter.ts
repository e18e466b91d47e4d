import type { Page } from '@playwright/test';

/** How smoothly the page painted over a stretch of time. */
export interface Smoothness {
  readonly frames: number;
  /** Between two animation frames. */
  readonly longestGapMillis: number;
  readonly gapsOver50Millis: number;
  /** Tasks of the main thread that kept everything else waiting. */
  readonly longestTaskMillis: number;
  readonly tasksOver50Millis: number;
}

declare global {
  interface Window {
    frameMeter: { stop(): Smoothness };
  }
}

/** Begins to measure animation frames and long tasks on the page's main thread. */
export async function startFrameMeter(page: Page): Promise<void> {
  await page.evaluate(() => {
    const gaps: number[] = [];
    const tasks: number[] = [];
    let running = true;
    let last = performance.now();
    const look = (now: number): void => {
      gaps.push(now - last);
      last = now;
      if (running) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    });
    observer.observe({ entryTypes: ['longtask'] });
    window.frameMeter = {
      stop() {
        running = false;
        for (const entry of observer.takeRecords()) tasks.push(entry.duration);
        observer.disconnect();
        const over = (values: number[]): number => values.filter((value) => value > 50).length;
        return {
          frames: gaps.length,
          longestGapMillis: Math.round(Math.max(0, ...gaps)),
          gapsOver50Millis: over(gaps),
          longestTaskMillis: Math.round(Math.max(0, ...tasks)),
          tasksOver50Millis: over(tasks),
        };
      },
    };
  });
}

export async function stopFrameMeter(page: Page): Promise<Smoothness> {
  return page.evaluate(() => window.frameMeter.stop());
}
