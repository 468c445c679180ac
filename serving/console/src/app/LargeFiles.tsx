// Large files that a second person approves: whoever asked for one, and whoever may decide, is told on every page.
import { useLargeFiles } from "../api/largeFiles";
import { useStore } from "../api/store";
import { Icon } from "../parts/Icon";
import { useWords } from "../words";
import { route, to } from "./route";
import { may, type Session } from "./session";

export function LargeFiles({ who }: { who: Session }) {
  return may(who, "export") && !who.account.local ? <Waiting me={who.account.operator} /> : null;
}

function Waiting({ me }: { me: string | undefined }) {
  const { large: words } = useWords();
  useStore(route); // the link carries what is chosen
  const items = useLargeFiles().value?.items ?? [];
  const count = (state: string, mine: boolean) => items.filter((one) => one.state === state && (one.asked_by === me) === mine).length;
  const told = [
    ...(count("waiting", false) ? [words.decide(count("waiting", false))] : []),
    ...(count("approved", true) ? [words.fetch(count("approved", true))] : []),
    ...(count("waiting", true) ? [words.wait(count("waiting", true))] : []),
  ];
  if (!told.length) return null;
  return (
    <p class="banner large-files only-screen">
      <Icon name="download" />
      <span>{told.join(" ")}</span>
      <a class="button" href={to("ranking", null, { files: 1 })}>{words.open}</a>
    </p>
  );
}
