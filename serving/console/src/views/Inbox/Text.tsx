// The text of a notice: its lines as they were written, "1. " and "· " as lists, and a line that ends in a colon as what heads the next.
import { Unbroken } from "../../parts/Unbroken";

interface Block {
  kind: "steps" | "points" | "title" | "line";
  lines: string[];
}

export function blocksOf(body: string): Block[] {
  const found: Block[] = [];
  for (const line of body.split("\n").filter(Boolean)) {
    const numbered = /^\d+\. /.exec(line);
    const kind: Block["kind"] = numbered ? "steps" : line.startsWith("· ") ? "points" : /[：:]$/.test(line) ? "title" : "line";
    const text = numbered ? line.slice(numbered[0].length) : kind === "points" ? line.slice(2) : kind === "title" ? line.slice(0, -1) : line;
    const last = found[found.length - 1];
    if (last && last.kind === kind && (kind === "steps" || kind === "points")) last.lines.push(text);
    else found.push({ kind, lines: [text] });
  }
  return found;
}

export function Text({ body }: { body: string }) {
  return (
    <>
      {blocksOf(body).map(({ kind, lines }, at) => {
        if (kind === "steps") return <ol key={at} class="numbered">{lines.map((one) => <li key={one}><Unbroken>{one}</Unbroken></li>)}</ol>;
        if (kind === "points") return <ul key={at} class="pointed">{lines.map((one) => <li key={one}><Unbroken>{one}</Unbroken></li>)}</ul>;
        return kind === "title" ? <h2 key={at}><Unbroken>{lines[0]}</Unbroken></h2> : <p key={at}><Unbroken>{lines[0]}</Unbroken></p>;
      })}
    </>
  );
}
