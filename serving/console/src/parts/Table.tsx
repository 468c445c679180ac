import type { ComponentChildren } from "preact";

/** A plain table that may be wider than its card, and is scrolled there; on a telephone its rows are blocks, with what each cell is as `data-of`, unless it has a form of its `own`. */
export function Table({ headings, name, own = "", children }: { headings: readonly string[]; name?: string; own?: string; children: ComponentChildren }) {
  return (
    <div class="card scrolled" tabIndex={0} role="region" aria-label={name}>
      <table class={`plain ${own || "folds"}`}>
        <thead><tr>{headings.map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
