import type { PodGlyph } from '../../view/pod-glyph.ts';

/**
 * The sign inside a Pod, drawn in the current colour on a field of 16 × 16. What moves carries time: the
 * rings fill as the expected time passes, and hold while the clock is paused.
 */
export function Glyph({ name, size = 14 }: { readonly name: PodGlyph; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      aria-hidden="true"
      className="glyph"
    >
      {DRAWINGS[name]}
    </svg>
  );
}

const line = {
  stroke: 'currentColor',
  strokeWidth: 1.9,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

const ring = (
  <circle cx="8" cy="8" r="5.4" stroke="currentColor" strokeWidth="1.6" strokeOpacity="0.35" />
);

const filling = (
  <circle
    className="glyph-fill"
    cx="8"
    cy="8"
    r="5.4"
    stroke="currentColor"
    strokeWidth="2"
    pathLength="100"
    strokeDasharray="100"
    strokeDashoffset="75"
    transform="rotate(-90 8 8)"
  />
);

const DRAWINGS: Readonly<Record<PodGlyph, React.ReactNode>> = {
  ready: <circle cx="8" cy="8" r="4.2" fill="currentColor" />,
  succeeded: <path d="M3.4 8.4 6.6 11.4 12.6 4.8" {...line} />,
  'not-ready': (
    <>
      <circle cx="8" cy="8" r="4.6" {...line} strokeWidth={1.6} />
      <path d="M8 3.4a4.6 4.6 0 0 0 0 9.2Z" fill="currentColor" />
    </>
  ),
  creating: (
    <>
      {ring}
      {filling}
    </>
  ),
  pulling: (
    <>
      {ring}
      {filling}
      <path d="M8 5.6v4.4M6.2 8.4 8 10.2l1.8-1.8" {...line} strokeWidth={1.4} />
    </>
  ),
  init: (
    <>
      {ring}
      {filling}
      <circle cx="8" cy="8" r="1.5" fill="currentColor" />
    </>
  ),
  pending: <circle cx="8" cy="8" r="4.8" {...line} strokeWidth={1.6} strokeDasharray="2.2 2.8" />,
  unschedulable: (
    <path
      d="M8 3.2 13.2 12.4H2.8Z"
      fill="currentColor"
      stroke="currentColor"
      strokeLinejoin="round"
    />
  ),
  crash: <path d="M4.4 4.4l7.2 7.2M11.6 4.4l-7.2 7.2" {...line} />,
  image: (
    <>
      <path d="M5.4 3v6.4M2.8 7l2.6 2.6L8 7" {...line} strokeWidth={1.6} />
      <path d="M9.6 8.6l4 4M13.6 8.6l-4 4" {...line} strokeWidth={1.7} />
    </>
  ),
  oom: (
    <>
      <rect
        x="2.8"
        y="2.8"
        width="10.4"
        height="10.4"
        rx="1.6"
        {...line}
        strokeWidth={1.4}
        strokeDasharray="2.6 2"
      />
      <path d="M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" {...line} strokeWidth={1.7} />
    </>
  ),
  error: <path d="M8 3.6v5M8 11.9v.3" {...line} strokeWidth={2.3} />,
  terminating: <path d="M12.2 3.8 3.8 12.2" {...line} />,
  unknown: (
    <>
      <path d="M5.8 6a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2.8-1.2 1.6" {...line} strokeWidth={1.7} />
      <circle cx="8" cy="12.2" r="1" fill="currentColor" />
    </>
  ),
  evicted: <path d="M8 12.6V4.4M4.8 7.4 8 4.2l3.2 3.2" {...line} />,
};
