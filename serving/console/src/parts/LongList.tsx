// A list of any length: where it is long only what is seen is in the document, and all of it on paper.
import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { usePrinting } from "./printing";

interface Asked {
  count: number;
  /** How high a row is about, in pixels. */
  about: number;
  row: (index: number) => ComponentChildren;
  /** What a row is by; it keeps its height by it. */
  key_of: (index: number) => string;
  /** Called when the end comes near. */
  nearEnd?: () => void;
  class?: string;
}

/** Below, all rows are in the document: a browser finds them, and nothing jumps. */
const ALL_UP_TO = 150;

export function LongList(asked: Asked) {
  const printing = usePrinting();
  return asked.count <= ALL_UP_TO || printing ? <All {...asked} /> : <Windowed {...asked} />;
}

function All({ count, row, nearEnd, class: name }: Asked) {
  const end = useRef<HTMLDivElement>(null);
  const near = useRef(nearEnd);
  near.current = nearEnd;
  useEffect(() => {
    const mark = end.current;
    if (!mark || !("IntersectionObserver" in window)) return;
    const seen = new IntersectionObserver((found) => found.some((one) => one.isIntersecting) && near.current?.(), { rootMargin: "600px" });
    seen.observe(mark);
    return () => seen.disconnect();
  }, [count]);
  return (
    <div class={name} role="rowgroup">
      {Array.from({ length: count }, (_, index) => row(index))}
      <div ref={end} />
    </div>
  );
}

function Windowed({ count, about, row, key_of, nearEnd, class: name }: Asked) {
  const box = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((one: number) => one + 1, 0);
  const [margin, setMargin] = useState(0);
  const options = {
    count,
    estimateSize: () => about,
    getItemKey: key_of,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialOffset: () => window.scrollY,
    scrollMargin: margin,
    overscan: 8,
    onChange: () => redraw(0),
  };
  const [list] = useState(() => new Virtualizer<Window, HTMLElement>(options));
  list.setOptions(options);
  useLayoutEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  useLayoutEffect(() => {
    const top = box.current ? box.current.getBoundingClientRect().top + window.scrollY : 0;
    if (Math.abs(top - margin) > 1) setMargin(top);
  });
  const shown = list.getVirtualItems();
  const last = shown[shown.length - 1]?.index ?? 0;
  useEffect(() => {
    if (last >= count - 40) nearEnd?.();
  }, [last, count]);
  const first = shown[0]?.start ?? margin;
  return (
    <div ref={box} class={name} role="rowgroup" style={{ height: `${list.getTotalSize()}px`, position: "relative" }}>
      <div style={{ position: "absolute", left: "0", right: "0", top: "0", transform: `translateY(${first - margin}px)` }}>
        {shown.map((one) => (
          <div key={one.key} role="presentation" data-index={one.index} ref={(node) => list.measureElement(node)}>
            {row(one.index)}
          </div>
        ))}
      </div>
    </div>
  );
}
