// A file that the browser keeps.
import { file } from "./client";

/** A file of the server, under the name that the server gives it. Throws Trouble, so that a refusal is a sentence and not a file. */
export async function save(from: string): Promise<void> {
  const { name, content } = await file(from);
  keep(name, content);
}

/** Whatever is in a file, under a name. */
export function keep(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
