// Which versions score, which want to, and how each did; a person makes another one champion, by a command.
import { useState } from "preact/hooks";
import { useStore } from "../../api/store";
import { EVERY, useAddress } from "../../api/watch";
import { useChosen, useCity } from "../../app/city";
import { may, session } from "../../app/session";
import { Empty, Trouble } from "../../parts/Empty";
import { NOTHING, percent } from "../../parts/figures";
import { moment } from "../../parts/moments";
import { Unbroken } from "../../parts/Unbroken";
import { useWords } from "../../words";
import { own as ofRecord } from "../Record/words";
import "./models.css";
import { FIGURES, ordered, type Version, type Versions } from "./told";
import { own } from "./words";

/** How soon it is asked again while the server is still asking. */
const SOON = 3_000;
const soon = ({ items }: Versions) => (items === null ? SOON : EVERY);

export default function Models() {
  const words = useWords(own);
  const shared = useWords();
  const city = useCity();
  const { target, horizon } = useChosen();
  const data = useAddress<Versions>("console/versions", soon);
  const waiting = data.value !== null && data.value.items === null;
  const items = data.value?.items ?? [];
  const chosen = target ?? items[0]?.target ?? "";
  const horizons = ordered(items, chosen);
  return (
    <section class="models numbers" aria-labelledby="models-title">
      <div>
        <h1 id="models-title">{words.title}</h1>
        <p class="soft">{words.about}</p>
      </div>
      {data.trouble && <div class="card"><Trouble trouble={data.trouble} again={data.again} /></div>}
      {!data.trouble && (data.value === null || waiting) && <p class="card padded soft" role="status">{words.asking}</p>}
      {data.value?.items && horizons.size === 0 && <div class="card"><Empty title={words.none} icon="models"><p>{words.none_hint}</p></Empty></div>}
      {[...horizons].filter(([one]) => horizon === undefined || one === horizon).map(([one, versions]) => (
        <section key={one} class="card padded" aria-label={shared.next(one, city?.period ?? "week")}>
          <h2>{shared.next(one, city?.period ?? "week")}</h2>
          <OfHorizon versions={versions} served={city?.current.models[`${chosen}/${one}`]} />
        </section>
      ))}
      {horizons.size > 0 && (
        <>
          <dl class="means soft small">{FIGURES.map((name) => <div key={name}><dt>{words.figures[name]}</dt><dd>{words.hints[name]}</dd></div>)}</dl>
          <p class="soft small">{words.train}</p>
        </>
      )}
    </section>
  );
}

/** Older ones are not shown: the command line lists them all. */
const SHOWN = 6;

function OfHorizon({ versions, served }: { versions: readonly Version[]; served: string | undefined }) {
  const words = useWords(own);
  const who = useStore(session);
  const analyses = who !== null && may(who, "analyse");
  return (
    <>
      <div class="scrolled" tabIndex={0} role="region" aria-label={words.versions}>
        <table class="versions folds">
          <thead>
            <tr>
              <th scope="col">{words.version}</th>
              {FIGURES.map((name) => <th key={name} scope="col" class="right">{words.figures[name]}</th>)}
              {analyses && <td />}
            </tr>
          </thead>
          <tbody>
            {versions.slice(0, SHOWN).map((one) => (
              <tr key={one.version}>
                <th scope="row"><Title one={one} served={one.version === served} /></th>
                <Figures one={one} />
                {analyses && <td><Ways one={one} /></td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {versions.length > SHOWN && <p class="soft small">{words.older(versions.length - SHOWN)}</p>}
    </>
  );
}

function Figures({ one }: { one: Version }) {
  const words = useWords(own);
  const who = useStore(session);
  const whole = who !== null && (who.account.local || who.account.area === null || who.account.area === undefined);
  if (!Object.keys(one.metrics).length) return <td class="soft" colSpan={FIGURES.length}>{whole ? words.few : words.of_city}</td>;
  return <>{FIGURES.map((name) => <td key={name} class="number right brief" data-of={words.figures[name]}>{written(name, one.metrics[name])}</td>)}</>;
}

function written(name: (typeof FIGURES)[number], value: number | undefined): string {
  if (value === undefined) return NOTHING;
  return name === "calibration_level" ? value.toFixed(2) : name === "log_loss" ? value.toFixed(3) : percent(value);
}

function Title({ one, served }: { one: Version; served: boolean }) {
  const words = useWords(own);
  const { names } = useWords(ofRecord).baselines;
  const events = one.metrics["n_events"];
  return (
    <>
      <span class={`alias ${one.alias ?? "none"}`}>{words.aliases[one.alias ?? "none"]}</span>
      <b>{one.version}</b>
      <small>{one.kind === "model" ? words.kinds["model"] : words.baseline(names[one.kind] ?? one.kind)}{served && ` · ${words.served}`}</small>
      {one.trained_at && <small><Unbroken>{words.trained(moment(one.trained_at, { day: true }), one.as_of ?? NOTHING)}</Unbroken></small>}
      {one.best_baseline && <small>{words.against(names[one.best_baseline] ?? one.best_baseline)}</small>}
      {events !== undefined && <small>{words.events(String(events))}</small>}
    </>
  );
}

function Ways({ one }: { one: Version }) {
  const words = useWords(own);
  const who = useStore(session);
  const [copied, setCopied] = useState(false);
  const command = `riskwarn promote ${one.version}`;
  return (
    <div class="ways">
      {who?.account.local && <a class="button only-screen" href={`console/reports/${encodeURIComponent(one.version)}`} target="_blank" rel="noreferrer" title={words.report_hint}>{words.report}</a>}
      {one.alias !== "champion" && (
        <p>
          <small>{words.promote}</small>
          <code>{command}</code>
          {navigator.clipboard && (
            <button type="button" class="button bare small only-screen" onClick={() => void navigator.clipboard.writeText(command).then(() => setCopied(true))}>
              {copied ? words.copied : words.copy}
            </button>
          )}
        </p>
      )}
    </div>
  );
}
