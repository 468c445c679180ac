// What each of the three administrators finds: operators and keys, the server and what is stopped, or who did what. No score is asked for.
import { usePages } from "../../api/pages";
import { useStore } from "../../api/store";
import { may, session } from "../../app/session";
import { Trouble, Waiting } from "../../parts/Empty";
import { moment } from "../../parts/moments";
import { Table } from "../../parts/Table";
import { TokenNeeded } from "../../parts/TokenNeeded";
import { useWords } from "../../words";
import "./administration.css";
import { Grants } from "./Grants";
import { System } from "./System";
import { own } from "./words";

export default function Administration() {
  const words = useWords(own);
  const who = useStore(session);
  if (!who) return null;
  return (
    <section class="administration">
      <h1>{words.title}</h1>
      <TokenNeeded scopes={["security", "system"]} />
      {may(who, "security") && (
        <>
          <h2>{words.grants}</h2>
          <Grants />
        </>
      )}
      {may(who, "system") && <System />}
      {may(who, "audit") && <Trail />}
    </section>
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
            <td class="number">{moment(one.at)}</td>
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
