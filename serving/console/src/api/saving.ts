// A file of the server, kept by the browser under the name that the server gives it.
import { file } from "./client";

/** Throws Trouble, so that a refusal is a sentence and not a file. */
export async function save(from: string): Promise<void> {
  const { name, content } = await file(from);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
