import { useMemo, useState, useSyncExternalStore, type PointerEvent } from 'react';
import {
  faultBands,
  seriesOf,
  shareOf,
  valueText,
  type ChartSpec,
  type FaultBand,
  type SeriesPoint,
} from '../../view/health-charts.ts';
import type { View } from '../../view/view.ts';
import { shortClockText } from '../../view/words.ts';
import { usePage } from '../page.tsx';
import { useHealthView } from '../state/health-view.ts';

const WIDTH = 240;
const HEIGHT = 40;

/** All that a chart draws. */
interface Drawing {
  readonly from: number;
  readonly to: number;
  readonly series: readonly (readonly SeriesPoint[])[];
  readonly bands: readonly FaultBand[];
  readonly ceiling: number;
}

function drawingOf(view: View, process: string, spec: ChartSpec, minutes: number): Drawing {
  // All charts end at the last sample, so that what is one moment stands at one place in all of them.
  const to = view.samples.latest()?.at ?? 0;
  const from = to - minutes * 60_000_000;
  const samples = view.samples.all();
  const bands = faultBands(view.history, { from, to });
  const series = spec.lines.map(({ figure }) =>
    seriesOf(samples, { process, figure, from, isRate: spec.unit === 'rate' }),
  );
  let most = Math.max(spec.atLeast ?? 0, spec.threshold?.value ?? 0);
  // A limit far above what is measured would press the line to the floor.
  const highest = Math.max(0, ...series.flatMap((line) => line.map(({ value }) => value ?? 0)));
  if (spec.log !== true && spec.threshold === undefined) most = spec.atLeast ?? 0;
  const ceiling = Math.max(most, highest) * 1.06;
  return { from, to, series, bands, ceiling };
}

interface ChartProps {
  readonly process: string;
  readonly spec: ChartSpec;
  /** What the process is called, for those who hear the chart. */
  readonly of: string;
}

/** One small time series: lines, the limit that matters, and the faults behind them as bands. */
export function Chart({ process, spec, of }: ChartProps) {
  const { view } = usePage();
  const minutes = useHealthView((state) => state.minutes);
  const sampledAt = useSyncExternalStore(view.onFrame, () => view.samples.latest()?.at ?? 0);
  const drawing = useMemo(
    () => drawingOf(view, process, spec, minutes),
    // The moment of the last sample stands for all samples.
    [view, process, spec, minutes, sampledAt],
  );
  const [pointed, setPointed] = useState<number>();
  const { from, to, series, bands, ceiling } = drawing;
  const at = pointed === undefined ? undefined : from + pointed * (to - from);
  const values = series.map((points) => valueAt(points, at));
  const first = values[0];
  const isOver = spec.threshold !== undefined && (first ?? 0) > spec.threshold.value;
  const x = (time: number): number => ((time - from) / (to - from)) * WIDTH;
  const y = (value: number): number =>
    HEIGHT - 1 - shareOf(value, ceiling, spec.log === true) * (HEIGHT - 3);
  const words = spec.lines
    .map(({ label }, index) => `${label} ${valueText(values[index], spec.unit)}`)
    .join(', ');
  const broken = bands.map(({ label }) => label).join(', ');
  return (
    <figure className="chart" data-over={isOver}>
      <figcaption className="flex items-baseline gap-2 text-11" data-tip={spec.hint}>
        <span className="truncate-text flex-1 text-dim">
          {at === undefined ? spec.title : shortClockText(at)}
        </span>
        {spec.lines.map(({ label }, index) => (
          <span key={label} className="flex-none" data-line={index}>
            {spec.lines.length > 1 && <span className="text-dim">{label} </span>}
            <span className="chart-value">{valueText(values[index], spec.unit)}</span>
          </span>
        ))}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${spec.title} of ${of}: ${words}${broken === '' ? '' : `; broken: ${broken}`}`}
        onPointerMove={(event) => setPointed(shareUnder(event))}
        onPointerLeave={() => setPointed(undefined)}
      >
        {bands.map((band) => (
          <rect
            key={band.key}
            className="chart-band"
            x={x(band.from)}
            y={0}
            width={Math.max(1, x(band.to) - x(band.from))}
            height={HEIGHT}
            data-tip={band.label}
          />
        ))}
        <path className="chart-floor" d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
        {spec.threshold !== undefined && (
          <path
            className="chart-limit"
            d={`M0 ${y(spec.threshold.value)}H${WIDTH}`}
            data-tip={`the limit: ${spec.threshold.label}`}
          />
        )}
        {series
          .map((points, index) => (
            <path
              key={spec.lines[index]?.figure}
              className="chart-line"
              data-line={index}
              d={pathOf(points, x, y)}
            />
          ))
          .toReversed()}
        {at !== undefined && <path className="chart-pointed" d={`M${x(at)} 0V${HEIGHT}`} />}
      </svg>
    </figure>
  );
}

function shareUnder(event: PointerEvent<SVGSVGElement>): number {
  const box = event.currentTarget.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(box.width, 1)));
}

/** The value at a moment, or now. */
function valueAt(points: readonly SeriesPoint[], at: number | undefined): number | undefined {
  if (at === undefined) return points[points.length - 1]?.value;
  return points.findLast((point) => point.at <= at)?.value;
}

function pathOf(
  points: readonly SeriesPoint[],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let drawing = false;
  for (const { at, value } of points) {
    if (value === undefined) {
      drawing = false;
      continue;
    }
    path += `${drawing ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    drawing = true;
  }
  return path;
}

/** How far back the charts look. */
export function ChartWindow() {
  const minutes = useHealthView((state) => state.minutes);
  const look = useHealthView((state) => state.look);
  return (
    <span className="segments" role="group" aria-label="Charts show the last">
      {([2, 10, 60] as const).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === minutes}
          data-tip={`Charts show the last ${each} minutes of the cluster’s time`}
          onClick={() => look(each)}
        >
          {each === 60 ? '1 h' : `${each} min`}
        </button>
      ))}
    </span>
  );
}
