import type { Level as Name } from "../api/types";
import { useWords } from "../words";

/** The levels that are raised, the highest first. */
export const RAISED = ["red", "orange", "yellow", "blue"] as const;

export const HEIGHT: Record<Name, number> = { red: 4, orange: 3, yellow: 2, blue: 1, none: 0, unknown: 0 };

/** An attention level: colour, as many bars as it is high, and its name, so that no colour has to be told from another. */
export function Level({ level }: { level: Name | null }) {
  const words = useWords();
  if (level === null) return null;
  const height = HEIGHT[level];
  return (
    <span class={`level ${level}`}>
      {height > 0 && (
        <svg viewBox="0 0 14 12" width="14" height="12" fill="currentColor" aria-hidden="true">
          {[1, 2, 3, 4].map((bar) => (
            <rect key={bar} x={(bar - 1) * 3.6} y={12 - 3 * bar} width="2.6" height={3 * bar} rx="0.6" opacity={bar <= height ? 1 : 0.28} />
          ))}
        </svg>
      )}
      <span>{words.levels[level]}</span>
    </span>
  );
}
