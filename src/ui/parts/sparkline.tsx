/** A short series as a hair-line; its meaning is in the tooltip, its last value in the words beside it. */
export function Sparkline({
  values,
  label,
}: {
  readonly values: readonly number[];
  readonly label: string;
}) {
  const width = 120;
  const height = 16;
  const highest = Math.max(...values, 1e-9);
  const points = values
    .map((value, at) => {
      const x = values.length > 1 ? (at * width) / (values.length - 1) : width;
      return `${x.toFixed(1)},${(height - 1 - (value / highest) * (height - 3)).toFixed(1)}`;
    })
    .join(' ');
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className="block max-w-full"
      data-tip={label}
      aria-hidden="true"
    >
      <polyline
        points={points}
        fill="none"
        stroke="var(--accent)"
        strokeWidth="1.3"
        strokeLinejoin="round"
      />
    </svg>
  );
}
