// What an operator or a key is to be. What was typed stays where it was not made.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Grant, KeyAsked, Made, OperatorAsked } from "../../api/access";
import { send } from "../../api/client";
import { useStore } from "../../api/store";
import type { Role, Scope } from "../../api/types";
import { session } from "../../app/session";
import { Dialog } from "../../parts/Dialog";
import { useSending } from "../../parts/sending";
import { useWords } from "../../words";
import { granting } from "./granting";

const ROLES: readonly Role[] = ["centre", "analyst", "supervisor", "system", "security", "audit"];
const SCOPES: readonly Scope[] = ["read", "read:detail", "analyse", "act", "plan", "export", "system", "security", "audit"];
const DAYS = [30, 90, 180, 366];
const OVERLAPS = [0, 1, 7, 14, 30];

/** The words of a line. */
const split = (text: string): string[] => text.split(/[\s,，、]+/).filter((one) => one !== "");

interface Asked {
  close: () => void;
  made: (one: Made) => void;
}

export function NewOperator({ close, made }: Asked) {
  const words = useWords(granting);
  const shared = useWords();
  const whole = (useStore(session)?.account.area ?? null) === null;
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("supervisor");
  const [area, setArea] = useState("");
  const [days, setDays] = useState(180);
  const [subject, setSubject] = useState("");
  const asked = (): OperatorAsked => ({ name: name.trim(), role, area: split(area), days, ...(subject.trim() ? { subject: subject.trim() } : {}) });
  return (
    <Form title={words.new_operator} ready={name.trim() !== ""} ask={() => send<Made>("POST", "v1/grants/operators/new", asked())} close={close} made={made}>
      <Line label={words.name} about={words.name_about} value={name} set={setName} most={64} needed />
      <label>
        <span>{words.role}</span>
        <select class="field" value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>
          {ROLES.map((one) => <option key={one} value={one}>{shared.roles[one]}</option>)}
        </select>
      </label>
      <Line label={words.area} about={words.area_about} value={area} set={setArea} />
      <Days label={words.days} choices={DAYS} value={days} set={setDays} />
      {whole && <Line label={words.subject + shared.acts.optional} about={words.subject_about} value={subject} set={setSubject} most={255} />}
    </Form>
  );
}

export function NewKey({ close, made, people, operator: first }: Asked & { people: readonly Grant[]; operator: string }) {
  const words = useWords(granting);
  const shared = useWords();
  const [name, setName] = useState("");
  const [operator, setOperator] = useState(first);
  const [scopes, setScopes] = useState<readonly Scope[]>(["read"]);
  const [area, setArea] = useState("");
  const [purpose, setPurpose] = useState("");
  const [networks, setNetworks] = useState("");
  const [days, setDays] = useState(180);
  const asked = (): KeyAsked => ({
    name: name.trim(), networks: split(networks), days,
    ...(purpose ? { purpose: purpose as NonNullable<KeyAsked["purpose"]> } : {}),
    ...(operator ? { operator } : { scopes: [...scopes], area: split(area) }),
  });
  const turn = (one: Scope) => setScopes(scopes.includes(one) ? scopes.filter((each) => each !== one) : SCOPES.filter((each) => each === one || scopes.includes(each)));
  const role = (one: Grant) => shared.roles[one.role as Role] ?? "";
  // One who was made a moment ago is not in the list yet.
  const known = first && !people.some((one) => one.id === first);
  return (
    <Form title={words.new_key} ready={name.trim() !== "" && (operator !== "" || scopes.length > 0)} ask={() => send<Made>("POST", "v1/grants/keys/new", asked())} close={close} made={made}>
      <label>
        <span>{words.whose}</span>
        <select class="field" value={operator} onChange={(event) => setOperator(event.currentTarget.value)}>
          <option value="">{words.a_program}</option>
          {known && <option value={first}>{first}</option>}
          {people.map((one) => <option key={one.id} value={one.id}>{`${one.id} · ${role(one)}`}</option>)}
        </select>
      </label>
      <Line label={operator ? words.key_name : words.program} about={operator ? words.key_name_about : words.program_about} value={name} set={setName} most={64} needed />
      {operator === "" && (
        <>
          <fieldset>
            <legend>{words.scopes}</legend>
            <div class="ticks">
              {SCOPES.map((one) => (
                <label key={one}>
                  <input type="checkbox" checked={scopes.includes(one)} onChange={() => turn(one)} />
                  <span>{words.scope[one]}</span>
                </label>
              ))}
            </div>
            <small class="soft">{words.scopes_about}</small>
          </fieldset>
          <Line label={words.area} about={words.area_about} value={area} set={setArea} />
        </>
      )}
      <label>
        <span>{words.purpose}</span>
        <select class="field" value={purpose} onChange={(event) => setPurpose(event.currentTarget.value)}>
          {Object.entries(words.purposes).map(([one, text]) => <option key={one} value={one}>{text}</option>)}
        </select>
      </label>
      <Line label={words.networks} about={words.networks_about} value={networks} set={setNetworks} />
      <Days label={words.days} choices={DAYS} value={days} set={setDays} />
    </Form>
  );
}

export function Rotating({ grant, close, made }: Asked & { grant: Grant }) {
  const words = useWords(granting);
  const [overlap, setOverlap] = useState(7);
  const [days, setDays] = useState(180);
  const key = grant.kind === "key";
  const asked = { days, ...(key ? { overlap_days: overlap } : {}) };
  const name = key ? words.rotate_key : words.rotate_operator;
  return (
    <Form title={`${name} ${grant.id}`} done={name} ready ask={() => send<Made>("POST", `v1/grants/${encodeURIComponent(grant.id)}/rotate`, asked)} close={close} made={made}>
      <p class="soft">{key ? words.rotate_key_about : words.rotate_operator_about}</p>
      {key && <Days label={words.overlap} choices={OVERLAPS} value={overlap} set={setOverlap} none={words.at_once} />}
      <Days label={words.days} choices={DAYS} value={days} set={setDays} />
    </Form>
  );
}

interface Formed extends Asked {
  title: string;
  done?: string;
  ready: boolean;
  ask: () => Promise<Made>;
  children: ComponentChildren;
}

function Form({ title, done, ready, ask, close, made, children }: Formed) {
  const words = useWords(granting);
  const shared = useWords();
  const { busy, refused, go } = useSending();
  return (
    <Dialog title={title} close={close}>
      <form
        class="act"
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void go(async () => made(await ask()));
        }}
      >
        {children}
        {refused && <p class="wrong" role="alert">{refused.gone ? words.lost : refused.message}</p>}
        <p class="buttons">
          <button type="submit" class="button main" disabled={busy || !ready}>{busy ? shared.acts.sending : (done ?? words.make)}</button>
          <button type="button" class="button" onClick={close}>{shared.acts.cancel}</button>
        </p>
      </form>
    </Dialog>
  );
}

function Line({ label, about, value, set, most, needed }: { label: string; about?: string; value: string; set: (text: string) => void; most?: number; needed?: boolean }) {
  return (
    <label>
      <span>{label}</span>
      <input class="field" maxLength={most ?? 500} required={needed ?? false} spellcheck={false} value={value} onInput={(event) => set(event.currentTarget.value)} />
      {about && <small class="soft">{about}</small>}
    </label>
  );
}

function Days({ label, choices, value, set, none }: { label: string; choices: readonly number[]; value: number; set: (days: number) => void; none?: string }) {
  const words = useWords(granting);
  return (
    <label>
      <span>{label}</span>
      <select class="field" value={String(value)} onChange={(event) => set(Number(event.currentTarget.value))}>
        {choices.map((one) => <option key={one} value={one}>{one === 0 && none ? none : words.of_days(one)}</option>)}
      </select>
    </label>
  );
}
