import { Empty } from "../../parts/Empty";
import { useWords } from "../../words";

export default function Data() {
  const words = useWords();
  return <Empty title={words.nothing.built} />;
}
