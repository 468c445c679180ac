// Operators and keys: what waits first. Whoever may not confirm is told why; to revoke takes a reason.
import { useState } from "preact/hooks";
import type { Grant, Made } from "../../api/access";
import { send, troubled, type Trouble as Told } from "../../api/client";
import { useStore } from "../../api/store";
import { useData } from "../../api/watch";
import { session } from "../../app/session";
import { Trouble, Waiting } from "../../parts/Empty";
import { moment } from "../../parts/moments";
import { Reason } from "../../parts/Reason";
import { useWords } from "../../words";
import { granting } from "./granting";
import { NewKey, NewOperator, Rotating } from "./Making";
import { Shown } from "./Shown";
import { own } from "./words";

type Open = { what: "operator" } | { what: "key"; operator?: string } | { what: "rotate" | "revoke"; grant: Grant } | { what: "made"; made: Made; longer: boolean };

export function Grants() {
  const words = useWords(granting);
  const account = useStore(session)?.account;
  const grants = useData("/v1/grants", { limit: 1000 });
  const [open, setOpen] = useState<Open | null>(null);
  const [busy, setBusy] = useState("");
  const [told, tell] = useState<string | Told | null>(null);
  const close = () => setOpen(null);
  const made = (one: Made, longer = false) => {
    setOpen({ what: "made", made: one, longer });
    grants.again();
  };
  const confirm = async (id: string) => {
    setBusy(id);
    tell(null);
    try {
      await send("POST", `v1/grants/${encodeURIComponent(id)}/confirm`);
      tell(words.confirmed(id));
    } catch (error) {
      tell(troubled(error));
    } finally {
      setBusy("");
      grants.again();
    }
  };
  const revoke = async (id: string, reason: string) => {
    await send("POST", `v1/grants/${encodeURIComponent(id)}/revoke`, { reason });
    tell(words.revoked(id));
    grants.again();
  };
  const me = account?.operator;
  const confirms = account?.confirms !== false;
  const people = (grants.value?.items ?? []).filter((one) => one.kind === "operator");
  return (
    <>
      <p class="soft">{words.about}</p>
      {!confirms && grants.value?.items.some((one) => one.state === "waiting") && <p class="banner care">{words.opens_here}</p>}
      {account?.local ? <p class="banner care">{words.local}</p> : (
        <p class="buttons only-screen">
          <button type="button" class="button" onClick={() => setOpen({ what: "operator" })}>{words.new_operator}</button>
          <button type="button" class="button" onClick={() => setOpen({ what: "key" })}>{words.new_key}</button>
        </p>
      )}
      <p role="status" class={told instanceof Error ? "wrong" : "done"}>{told instanceof Error ? told.message : told}</p>
      {!grants.value && (grants.trouble ? <Trouble trouble={grants.trouble} again={grants.again} /> : <Waiting />)}
      {grants.value?.items.length === 0 && <p class="soft">{words.none}</p>}
      {grants.value && grants.value.items.length > 0 && (
        <ul class="card grants">
          {grants.value.items.map((one) => (
            <li key={one.id} data-grant={one.id}>
              <Line one={one} confirms={confirms} />
              <Answers one={one} me={me} busy={busy === one.id} local={account?.local ?? false} confirm={() => void confirm(one.id)} open={(what) => setOpen({ what, grant: one })} />
            </li>
          ))}
        </ul>
      )}
      {open?.what === "operator" && <NewOperator close={close} made={(one) => made(one)} />}
      {open?.what === "key" && <NewKey close={close} made={(one) => made(one)} people={people} operator={open.operator ?? ""} />}
      {open?.what === "rotate" && <Rotating grant={open.grant} close={close} made={(one) => made(one, true)} />}
      {open?.what === "revoke" && (
        <Reason title={`${words.revoke} ${open.grant.id}`} means={words.revoke_about(open.grant.id)} label={words.because} done={words.revoke} act={(reason) => revoke(open.grant.id, reason)} close={close} />
      )}
      {open?.what === "made" && <Shown made={open.made} longer={open.longer} close={close} key_of={(operator) => setOpen({ what: "key", operator })} />}
    </>
  );
}

function Line({ one, confirms }: { one: Grant; confirms: boolean }) {
  const words = useWords(granting);
  const shared = useWords();
  const { who } = useWords(own);
  const named = (by: string) => who[by] ?? by;
  const role = one.role ? (shared.roles[one.role as keyof typeof shared.roles] ?? one.role) : null;
  const what = role ?? one.scopes.map((each) => words.scope[each] ?? each).join(shared.comma);
  return (
    <div class="told">
      <p>
        <b>{words.kinds[one.kind] ?? one.kind} {one.id}</b> <span class={`stands${one.state === "waiting" ? " open" : ""}`}>{words.state[one.state === "waiting" && !confirms ? "opens_here" : one.state] ?? one.state}</span>
      </p>
      <p>{[what, ...(one.operator ? [words.of_operator(one.operator)] : []), one.area === null ? shared.whole_city : one.area.join(" "), ...(one.networks.length ? [one.networks.join(" ")] : []), ...(one.purpose ? [words.for_purpose(words.purposes[one.purpose] ?? one.purpose)] : [])].join(" · ")}</p>
      <p class="soft small">{[words.ends(moment(one.ends_at)), words.granted_by(named(one.granted_by)), ...(one.confirmed_by ? [words.confirmed_by(named(one.confirmed_by))] : [])].join(" · ")}</p>
    </div>
  );
}

interface Asked {
  one: Grant;
  me: string | undefined;
  busy: boolean;
  local: boolean;
  confirm: () => void;
  open: (what: "rotate" | "revoke") => void;
}

function Answers({ one, me, busy, local, confirm, open }: Asked) {
  const words = useWords(granting);
  const gets = one.id === me || one.operator === me;
  // What is confirmed waits for its operator still.
  const why = one.confirmed_by !== null ? words.waits_for(one.operator ?? "") : me !== undefined && one.granted_by === me ? words.own_granted : me !== undefined && gets ? words.own_gets : null;
  return (
    <div class="answers only-screen">
      {one.state === "waiting" && (why ? <p class="soft small">{why}</p> : <button type="button" class="button main" disabled={busy} aria-label={`${words.confirm} ${one.id}`} onClick={confirm}>{words.confirm}</button>)}
      {one.state === "in_force" && !local && <button type="button" class="button" aria-label={`${one.kind === "key" ? words.rotate_key : words.rotate_operator} ${one.id}`} onClick={() => open("rotate")}>{one.kind === "key" ? words.rotate_key : words.rotate_operator}</button>}
      <button type="button" class="button" aria-label={`${words.revoke} ${one.id}`} onClick={() => open("revoke")}>{words.revoke}</button>
    </div>
  );
}
