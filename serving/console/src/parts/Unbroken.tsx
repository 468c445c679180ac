import type { ComponentChildren } from "preact";

// A day, or one number up to another; browsers break a line behind either's dash, and in Chinese behind any letter.
const PART = String.raw`(?:\d{4}-\d{2}-\d{2}|\d{2}-\d{2}|\d[\d,.]*)`;
const WHOLE = new RegExp(String.raw`(${PART} ?– ?${PART}(?:\u00a0?%)?|\d{4}-\d{2}-\d{2}|\d{1,2}月\d{1,2}日)`);

/** A sentence in which no line ends within a day or a range: 2026-11-08, 1–2, 11-08 – 11-14. What is copied of it is what stands there. */
export function Unbroken({ children }: { children: string | false | null | undefined }): ComponentChildren {
  if (!children || !WHOLE.test(children)) return children;
  return <>{children.split(WHOLE).map((one, at) => (at % 2 ? <span key={at} class="nowrap">{one}</span> : one))}</>;
}
