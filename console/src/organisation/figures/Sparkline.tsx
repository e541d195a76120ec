import type { Point } from "./figures";
import classes from "./Figures.module.css";

const WIDTH = 200;
const HEIGHT = 34;

/** The days of a figure as a line. Its numbers stand in the chart that the tile opens, so readers leave it out. */
export function Sparkline({ series }: { series: Point[] }) {
  const known = series.map((point, day) => ({ day, value: point.value })).filter(({ value }) => value !== null);
  if (known.length < 2) return <div className={classes.spark} />;
  const values = known.map(({ value }) => value ?? 0);
  const least = Math.min(...values);
  const span = Math.max(...values) - least || 1;
  const points = known.map(({ day, value }) => {
    const x = (day / Math.max(1, series.length - 1)) * WIDTH;
    const y = HEIGHT - 3 - (((value ?? 0) - least) / span) * (HEIGHT - 6);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg className={classes.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      <polyline
        points={points.join(" ")}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
