import type { ComponentChildren } from "preact";

/** A plain table that may be wider than its card, and is scrolled there. */
export function Table({ headings, name, own = "", children }: { headings: readonly string[]; name?: string; own?: string; children: ComponentChildren }) {
  return (
    <div class="card scrolled" tabIndex={0} role="region" aria-label={name}>
      <table class={`plain ${own}`}>
        <thead><tr>{headings.map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
