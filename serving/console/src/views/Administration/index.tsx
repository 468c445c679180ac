// What an administrator finds: what waits for a second person, with a button, or who did what. No score is asked for.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { send, Trouble as Told } from "../../api/client";
import { usePages } from "../../api/pages";
import { useStore } from "../../api/store";
import { useData } from "../../api/watch";
import { may, session } from "../../app/session";
import { Trouble, Waiting } from "../../parts/Empty";
import { moment } from "../../parts/moments";
import { useWords } from "../../words";
import "./administration.css";
import { own } from "./words";

export default function Administration() {
  const words = useWords(own);
  const who = useStore(session);
  if (!who) return null;
  return (
    <section class="administration">
      <h1>{words.title}</h1>
      {may(who, "security") && <Grants />}
      {may(who, "audit") && <Trail />}
      {may(who, "system") && <p class="soft">{words.system}</p>}
    </section>
  );
}

function Grants() {
  const words = useWords(own);
  const shared = useWords();
  const grants = useData("/v1/grants", { limit: 1000 });
  const [refused, setRefused] = useState<Told | null>(null);
  if (!grants.value) return grants.trouble ? <Trouble trouble={grants.trouble} again={grants.again} /> : <Waiting />;
  const confirm = async (id: string) => {
    setRefused(null);
    try {
      await send("POST", `v1/grants/${encodeURIComponent(id)}/confirm`);
      grants.again();
    } catch (error) {
      setRefused(error as Told);
    }
  };
  return (
    <>
      <h2>{words.grants}</h2>
      <p class="soft">{words.security}</p>
      {refused && <p class="banner alarm" role="alert">{refused.message}</p>}
      {grants.value.items.length === 0 && <p class="soft">{words.no_grants}</p>}
      {grants.value.items.length > 0 && <Table headings={words.of_grants}>
        {grants.value.items.map((one) => (
          <tr key={one.id}>
            <td>{words.stands[one.state] ?? one.state}</td>
            <td>{(words.kinds[one.kind] ?? one.kind) + (one.operator ? ` (${one.operator})` : "")}</td>
            <td>{one.id}</td>
            <td>{(one.role ? `${shared.roles[one.role as keyof typeof shared.roles] ?? one.role} · ` : "") + one.scopes.join(" ")}</td>
            <td>{one.area === null ? words.whole : one.area.join(" ")}</td>
            <td>{one.networks.join(" ")}</td>
            <td class="number">{moment(one.ends_at, { zone: false })}</td>
            <td>{one.granted_by}</td>
            <td>
              {one.state === "waiting" ? (
                <button type="button" class="button" onClick={() => void confirm(one.id)}>{words.confirm}</button>
              ) : (
                (one.confirmed_by ?? "—")
              )}
            </td>
          </tr>
        ))}
      </Table>}
    </>
  );
}

function Trail() {
  const words = useWords(own);
  const rows = usePages("/v1/audit", {}, 100, 100);
  if (!rows.first) return rows.trouble ? <Trouble trouble={rows.trouble} again={rows.again} /> : <Waiting />;
  return (
    <>
      <h2>{words.trail}</h2>
      <p class="soft">{words.audit}</p>
      <Table headings={words.of_trail} own="trail">
        {rows.items.map((one) => (
          <tr key={one.sequence}>
            <td class="number">{one.sequence}</td>
            <td class="number">{moment(one.at, { zone: false })}</td>
            <td>{words.who[one.actor] ?? one.actor}</td>
            <td>{words.who[one.origin] ?? one.origin}</td>
            <td title={one.action}>{one.title}</td>
            <td>{one.object}</td>
            <td title={one.result}>{one.outcome}</td>
            <td class="number">{one.count}</td>
            <td>{one.note}</td>
          </tr>
        ))}
      </Table>
      {rows.more && <button type="button" class="button" disabled={rows.busy} onClick={rows.ask}>{words.older}</button>}
    </>
  );
}

function Table({ headings, own: name = "", children }: { headings: readonly string[]; own?: string; children: ComponentChildren }) {
  return (
    <div class="card scrolled" tabIndex={0}>
      <table class={`plain ${name}`}>
        <thead><tr>{headings.map((one) => <th key={one} scope="col">{one}</th>)}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
