import { useSourceNames } from "../../app/city";
import { useWords } from "../../words";
import { own } from "./words";

/** What a source is called: those of events by the server, tables of places and people by the words here. */
export function useNamed(): (source: string) => string {
  const words = useWords(own);
  const events = useSourceNames();
  return (source) => words.tables[source] ?? events(source);
}
