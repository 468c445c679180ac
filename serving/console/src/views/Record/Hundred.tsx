// A hundred squares, of which some are filled: a share that needs no arithmetic.
import { useWords } from "../../words";
import { own } from "./words";

export function Hundred({ filled, level, size = 180 }: { filled: number; level: string; size?: number }) {
  const words = useWords(own);
  return (
    <svg class={`hundred ${level}${size < 80 ? " tiny" : ""}`} viewBox="0 0 100 100" width={size} height={size} role="img" aria-label={words.hundred.picture(filled)}>
      {Array.from({ length: 100 }, (_, at) => (
        <rect key={at} class={at < filled ? "yes" : "no"} x={(at % 10) * 10 + 0.8} y={Math.floor(at / 10) * 10 + 0.8} width="8.400" height="8.400" rx="1.600" />
      ))}
    </svg>
  );
}

/** Ten dots, of which some lie on the list. */
export function Ten({ filled, label }: { filled: number; label: string }) {
  return (
    <svg class="ten" viewBox="0 0 200 20" width="200" height="20" role="img" aria-label={label}>
      {Array.from({ length: 10 }, (_, at) => (
        <circle key={at} class={at < filled ? "yes" : "no"} cx={at * 20 + 10} cy="10" r="7" />
      ))}
    </svg>
  );
}
