import { Empty } from "../../parts/Empty";
import { useWords } from "../../words";

export default function Models() {
  const words = useWords();
  return <Empty title={words.nothing.built} />;
}
