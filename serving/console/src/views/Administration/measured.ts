// What a monitoring system reads (Prometheus' text format), as far as it is shown.
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** The samples of a name. */
export function measured(text: string, name: string): Sample[] {
  const found: Sample[] = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue;
    const labels: Record<string, string> = {};
    const end = line.lastIndexOf("}");
    for (const [, label, value] of line.slice(name.length, end + 1).matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[label as string] = (value as string).replace(/\\(.)/g, (_, one: string) => (one === "n" ? "\n" : one));
    found.push({ labels, value: Number(line.slice(Math.max(end, name.length) + 1).trim().split(" ")[0]) });
  }
  return found;
}

/** Their sum over all workers, or of those of a status alone. */
export function total(text: string, name: string, status?: string): number {
  return measured(text, name).reduce((sum, one) => (status === undefined || one.labels["status"] === status ? sum + one.value : sum), 0);
}
