import { useRef } from "preact/hooks";

interface Option<T extends string> {
  value: T;
  label: string;
  /** What is read aloud where the label is short. */
  long?: string;
}

interface Asked<T extends string> {
  label: string;
  value: T;
  options: readonly Option<T>[];
  choose: (value: T) => void;
  /** Whether it is printed, too. */
  kept?: boolean;
}

/** One of a few that are all seen: arrows move, as in a group of radio buttons. */
export function Choice<T extends string>({ label, value, options, choose, kept }: Asked<T>) {
  const box = useRef<HTMLDivElement>(null);
  const chosen = options.findIndex((one) => one.value === value);
  const moved = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = (Math.max(chosen, 0) + step + options.length) % options.length;
    const option = options[at];
    if (!option) return;
    choose(option.value);
    (box.current?.children[at] as HTMLElement | undefined)?.focus();
  };
  return (
    <div class={`choice${kept ? " kept" : ""}`} role="radiogroup" aria-label={label} ref={box} onKeyDown={moved}>
      {options.map((one, at) => (
        <button
          key={one.value}
          type="button"
          role="radio"
          aria-checked={one.value === value}
          aria-label={one.long}
          tabIndex={at === Math.max(chosen, 0) ? 0 : -1}
          onClick={() => choose(one.value)}
        >
          {one.label}
        </button>
      ))}
    </div>
  );
}

/** One of many, or of names that are long. */
export function Select<T extends string>({ label, value, options, choose }: Asked<T>) {
  return (
    <select class="field" aria-label={label} value={value} onChange={(event) => choose(event.currentTarget.value as T)}>
      {options.map((one) => (
        <option key={one.value} value={one.value}>
          {one.label}
        </option>
      ))}
    </select>
  );
}
