// The frame that every view stands in.
import { useEffect, useErrorBoundary, useRef } from "preact/hooks";
import { connection } from "../api/client";
import { useStore } from "../api/store";
import { Empty, Trouble, Waiting } from "../parts/Empty";
import { moment } from "../parts/moments";
import { VIEWS, type View } from "../views";
import { useWords } from "../words";
import { CityContext, useKnownCity } from "./city";
import { Banners, useFreshness } from "./Freshness";
import { Head } from "./Head";
import { useSlash } from "./keys";
import { LargeFiles } from "./LargeFiles";
import { useLoaded, type Loaded } from "./lazily";
import { Rail } from "./Rail";
import { route, scrolled, to } from "./route";
import { begin, may, session, startTrouble, type Session } from "./session";
import { Watermark } from "./Watermark";

/** A page for whoever lives in the city: it is shown without a question to the server, and to whoever comes. */
export const OPEN_PAGE = "residents";

export function App() {
  const { view } = useStore(route);
  return view === OPEN_PAGE ? <Page load={() => import("../views/Residents")} /> : <Known />;
}

function Page({ load }: { load: () => Promise<Loaded> }) {
  const { Component, lost } = useLoaded(load);
  return Component ? <Component /> : lost ? <NotThere /> : <Waiting />;
}

/** The files of a view do not come: the page is loaded anew by itself. */
function NotThere({ alone = false }: { alone?: boolean | undefined }) {
  const words = useWords();
  const { alive, since } = useStore(connection);
  return (
    <Empty title={words.freshness.gone_short} icon="alarm" alarm>
      <p>{alive ? words.trouble.gone : words.freshness.gone(moment(since))}</p>
      {alone && <a class="button only-screen" href={to("ranking")}>{words.views.ranking}</a>}
    </Empty>
  );
}

function Known() {
  useEffect(() => void begin(), []);
  const who = useStore(session);
  const trouble = useStore(startTrouble);
  if (who) return <Shell who={who} />;
  return trouble ? <Trouble trouble={trouble} /> : <Waiting />;
}

function Shell({ who }: { who: Session }) {
  const known = useKnownCity(may(who, "read"));
  return (
    <CityContext.Provider value={known}>
      <Frame who={who} />
    </CityContext.Provider>
  );
}

function Frame({ who }: { who: Session }) {
  const words = useWords();
  const now = useStore(route);
  const { alive } = useStore(connection);
  const view = shown(now.view, who);
  const fresh = useFreshness(view?.ofDay ?? false);
  const main = useRef<HTMLElement>(null);
  const before = useRef(now);
  useSlash();
  useEffect(() => {
    const { view: named, id, query } = before.current;
    before.current = now;
    // A step to another view begins at its top, also for whoever listens; one back leads to where it was.
    const other = named !== now.view || id !== now.id;
    if (other) main.current?.focus({ preventScroll: true });
    const down = scrolled();
    if (down !== null) return scrollTo(down);
    if (other || query["parent"] !== now.query["parent"]) window.scrollTo(0, 0);
    return undefined;
  }, [now]);
  useEffect(() => {
    document.title = `${view ? words.views[view.name] : words.short} · ${who.city} · ${words.short}`;
  }, [view, words, who]);
  return (
    <div class={`shell${fresh.stale || !alive ? " stale" : ""}${view?.alone ? " alone" : ""}`}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {words.skip}
      </a>
      {!view?.alone && <Rail who={who} view={view?.within ?? view?.name} />}
      <div class="beside-rail">
        {!view?.alone && <Head choosing={view?.chooses ?? false} fresh={fresh} />}
        {!view?.alone && <Banners fresh={fresh}><LargeFiles who={who} /></Banners>}
        <main class="view" id="main" tabIndex={-1} ref={main}>
          {view ? <Opened key={view.name} view={view} who={who} /> : <Empty title={words.nothing.view}><p>{words.nothing.view_hint}</p></Empty>}
        </main>
        <footer class="notice">
          <p>{words.notice}</p>
          <p class="only-screen more">
            <a href={to("wall")}>{words.wall}</a>
            <a href={`#/${OPEN_PAGE}`}>{words.residents}</a>
            <a href="docs">{words.api}</a>
          </p>
        </footer>
      </div>
      {who.watermark && <Watermark who={who.account.operator ?? words.account.local} />}
    </div>
  );
}

/** Go so far down, as soon as what is shown is as long; gives what stops waiting for it. */
function scrollTo(down: number): () => void {
  let frames = 90;
  let frame = 0;
  const look = () => {
    window.scrollTo(0, down);
    if (Math.abs(window.scrollY - down) > 2 && frames-- > 0) frame = requestAnimationFrame(look);
  };
  look();
  return () => cancelAnimationFrame(frame);
}

/** The view of a name; whoever may not see the first is shown the first that is theirs. */
function shown(name: string, who: Session): View | undefined {
  const asked = VIEWS.find((one) => one.name === name);
  if (asked && name === "ranking" && !may(who, ...asked.needs)) return VIEWS.find((one) => one.listed && may(who, ...one.needs));
  return asked;
}

function Opened({ view, who }: { view: View; who: Session }) {
  const words = useWords();
  const [error] = useErrorBoundary((told: unknown) => console.error(told));
  const { Component, lost } = useLoaded(view.load);
  if (!may(who, ...view.needs)) return <Empty title={words.nothing.allowed}><p>{words.nothing.allowed_hint}</p></Empty>;
  if (lost) return <NotThere alone={view.alone} />;
  if (error) return <Empty title={words.trouble.title} icon="alarm" alarm><p>{words.trouble.view}</p></Empty>;
  return Component ? <Component /> : <Waiting />;
}
