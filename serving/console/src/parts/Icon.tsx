// Line drawings of our own, 20 by 20.
const DRAWN = {
  ranking: "M3 16.5h3.2v-5H3zm5.4 0h3.2V7H8.400zm5.4 0H17v-13h-3.200z",
  map: "M2.500 5.200 7.500 3l5 2.200 5-2.200v11.800l-5 2.200-5-2.200-5 2.200zM7.500 3v11.800M12.500 5.200V17",
  record: "M10 2.500a7.500 7.500 0 1 0 7.500 7.500M10 6a4 4 0 1 0 4 4M10 10l6.500-6.500M13.500 3.200v3.300h3.300",
  inbox: "M3 11.500 5 4h10l2 7.500V16H3zm0 0h4l1.200 2h3.600l1.200-2h4",
  data: "M3 5.200c0-1.200 3.100-2.200 7-2.200s7 1 7 2.200-3.100 2.200-7 2.200-7-1-7-2.200zm0 0v9.600C3 16 6.100 17 10 17s7-1 7-2.200V5.200M3 10c0 1.200 3.100 2.200 7 2.200s7-1 7-2.200",
  models: "M3 15.500c2.500 0 3-9 5.500-9s2.500 6 4.500 6 2-4 4-9M3 17.500h14",
  administration: "M10 2.500 16 5v4.500c0 4-2.600 6.600-6 8-3.400-1.400-6-4-6-8V5zM7.500 10l1.800 1.800 3.400-3.600",
  search: "M9 3.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM13 13l4 4",
  sun: "M10 6.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM10 2v1.800M10 16.200V18M2 10h1.800M16.200 10H18M4.300 4.300l1.300 1.300M14.400 14.400l1.300 1.300M4.300 15.700l1.300-1.300M14.400 5.600l1.300-1.300",
  moon: "M16.500 11.800A6.800 6.800 0 0 1 8.200 3.500a6.800 6.800 0 1 0 8.300 8.300z",
  auto: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
  alarm: "M10 3 18 16.500H2zM10 8v4M10 14v.500",
  clock: "M10 2.500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zM10 5.500V10l3 2",
  play: "M6 3.500v13l10.500-6.500z",
  pause: "M6 4v12M14 4v12",
  left: "M12.500 4 6.500 10l6 6",
  right: "M7.500 4l6 6-6 6",
  download: "M10 3v9.500M6 9l4 4 4-4M3.500 16.500h13",
  print: "M5.500 7V3h9v4M5.500 14H3V7h14v7h-2.500M5.500 11.500h9V17h-9z",
  close: "M4.500 4.500l11 11M15.500 4.500l-11 11",
  out: "M8 3H3.500v14H8M12.500 6l4 4-4 4M16.500 10H7.500",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  whole: "M3.500 7.500v-4h4M12.500 3.500h4v4M16.500 12.500v4h-4M7.500 16.500h-4v-4",
  nothing: "M3 6.500 10 3l7 3.500v7L10 17l-7-3.500zM3 6.500l7 3.500 7-3.500M10 10v7",
} as const;

export type IconName = keyof typeof DRAWN;

/** Never alone where it means something: a word stands beside it, or a label names it. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg viewBox="0 0 20 20" width={size} height={size} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true" focusable="false">
      <path d={DRAWN[name]} />
    </svg>
  );
}

/** The mark of the console. */
export function Mark({ size = 36 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#1d5b79" />
      <path d="M8 22.5h4.4v-6H8zm5.8 0h4.4V12h-4.4zm5.8 0H24V8h-4.4z" fill="#fff" />
    </svg>
  );
}
