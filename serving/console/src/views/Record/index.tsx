import { Empty } from "../../parts/Empty";
import { useWords } from "../../words";

export default function Record() {
  const words = useWords();
  return <Empty title={words.nothing.built} />;
}
