const WIDE = 120, HIGH = 32, EDGE = 3;

/** A line of a few values, oldest first, with nothing as its ground; what is not known is a gap in it. */
export function Spark({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const told = values.filter((one): one is number => one !== null);
  const high = Math.max(...told, 0), low = Math.min(...told, 0);
  const x = (at: number) => EDGE + (at * (WIDE - 2 * EDGE)) / Math.max(1, values.length - 1);
  const y = (value: number) => HIGH - EDGE - ((value - low) * (HIGH - 2 * EDGE)) / Math.max(1e-9, high - low);
  let path = "";
  values.forEach((value, at) => {
    if (value !== null) path += `${at > 0 && values[at - 1] !== null ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  const last = values[values.length - 1];
  return (
    <svg class="spark" viewBox={`0 0 ${WIDE} ${HIGH}`} width={WIDE} height={HIGH} role="img" aria-label={label}>
      <line class="ground" x1={EDGE} x2={WIDE - EDGE} y1={y(0)} y2={y(0)} />
      <path d={path} />
      {last !== null && last !== undefined && <circle cx={x(values.length - 1)} cy={y(last)} r="3" />}
    </svg>
  );
}
