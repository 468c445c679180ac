// Notices: which wait, what can be done with each, what was not told, and where nothing is told for a while.
import { useState } from "preact/hooks";
import { useLife } from "../../api/notices";
import { useStore } from "../../api/store";
import { go, route, to } from "../../app/route";
import { useMayChange } from "../../app/session";
import { Choice } from "../../parts/Choice";
import { Icon } from "../../parts/Icon";
import { usePrinting } from "../../parts/printing";
import { TokenNeeded } from "../../parts/TokenNeeded";
import { useWords } from "../../words";
import { Daily } from "./Daily";
import { Filters } from "./Filters";
import { HeldBack } from "./HeldBack";
import "./inbox.css";
import { Listed, useListed } from "./Listed";
import { One } from "./One";
import { Silences } from "./Silences";
import { Week } from "./Week";
import { own } from "./words";

const LISTS = ["work", "week", "ended", "held", "silences"] as const;
export type List = (typeof LISTS)[number];

export default function Inbox() {
  const words = useWords(own);
  const { id, query } = useStore(route);
  const list = LISTS.find((one) => one === query["list"]) ?? "work";
  const may = useMayChange("act");
  if (id !== null) return <One key={id} id={id} />;
  return (
    <section class="inbox" aria-labelledby="inbox-title">
      <div class="titles only-screen">
        <div>
          <h1 id="inbox-title">{words.title}</h1>
          <p class="soft">{words.about}</p>
        </div>
      </div>
      <div class="only-screen chooser">
        <Choice label={words.list} value={list} options={LISTS.map((value) => ({ value, label: words.lists[value] }))} choose={(value) => go(to("inbox", null, { list: value === "work" ? null : value }))} />
        {may === "no" && <span class="soft small">{words.read_only}</span>}
      </div>
      {list !== "week" && <TokenNeeded scopes={["act"]} />}
      {list === "week" ? <Week /> : list === "held" ? <HeldBack /> : list === "silences" ? <Silences /> : <Working list={list} />}
    </section>
  );
}

/** A list of notices with its filters, and the same on paper. */
function Working({ list }: { list: "work" | "ended" }) {
  const words = useWords(own);
  const life = useLife();
  const found = useListed(list, life);
  const printing = usePrinting();
  const [wanted, want] = useState(false);
  const onPaper = () => {
    want(true);
    // What is printed has to be in the document first: while a script prints nothing is drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => (print(), want(false))));
  };
  return (
    <>
      <div class="controls only-screen">
        <Filters list={list} life={life} items={found.all} />
        {list === "work" && (
          <button type="button" class="button daily-button" title={words.print} onClick={onPaper}>
            <Icon name="print" size={18} />
            {words.print_short}
          </button>
        )}
      </div>
      <div class={`on-screen${list === "work" ? " only-screen" : ""}`}>
        <Listed list={list} life={life} found={found} />
      </div>
      {(printing || wanted) && list === "work" && life && <Daily life={life} items={found.items} />}
    </>
  );
}
