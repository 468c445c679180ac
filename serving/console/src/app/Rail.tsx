import { forget, signIn } from "../api/client";
import { useStore } from "../api/store";
import { Icon, Mark } from "../parts/Icon";
import { moment } from "../parts/moments";
import { VIEWS } from "../views";
import { useWords } from "../words";
import { language, theme, type Theme } from "./preferences";
import { go, here, route, to } from "./route";
import { may, type Session } from "./session";

/** Where one can go, who one is, and how it looks. */
export function Rail({ who, view }: { who: Session; view: string | undefined }) {
  const words = useWords();
  useStore(route); // the links carry what is chosen
  const listed = VIEWS.filter((one) => one.listed && may(who, ...one.needs));
  return (
    <header class="rail">
      <a class="brand" href={to(listed[0]?.name ?? "ranking")}>
        <Mark />
        <div>
          <b>{who.city}</b>
          <small>{words.title}</small>
        </div>
      </a>
      <nav aria-label={words.navigation}>
        <ul>
          {listed.map((one) => (
            <li key={one.name}>
              <a href={to(one.name)} aria-current={one.name === view ? "page" : undefined} title={words.views[one.name]}>
                <Icon name={one.icon} />
                <span>{words.views[one.name]}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="rest">
        <Account who={who} />
        <Tools who={who} />
      </div>
    </header>
  );
}

function Account({ who: { account } }: { who: Session }) {
  const words = useWords();
  if (!account.signed_in) return null;
  return (
    <div class="account" role="group" aria-label={words.account.title}>
      <p>
        <b>{account.operator}</b>
        {account.role && words.roles[account.role]}
      </p>
      <p>{account.before_at ? words.account.before(moment(account.before_at, { zone: false })) : words.account.first}</p>
      {account.failures ? <p>{words.account.failures(account.failures)}</p> : null}
      <p>
        <button type="button" class="button bare small" onClick={() => void signOut("sign-out/everywhere")}>
          {words.account.everywhere}
        </button>
      </p>
    </div>
  );
}

const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
const SHOWN = { auto: "auto", light: "sun", dark: "moon" } as const;

function Tools({ who: { account } }: { who: Session }) {
  const words = useWords();
  const light = useStore(theme);
  const other = language.get() === "zh" ? "en" : "zh";
  const named = `${words.theme.title}${words.colon}${words.theme[light]}`;
  return (
    <div class="tools">
      <button
        type="button"
        class="button"
        lang={other}
        onClick={() => {
          language.set(other);
          if (route.get().query["lang"]) go(here({ lang: other }), "replace");
        }}
      >
        <span class="long">{words.language}</span>
        <span class="brief" aria-hidden="true">{other === "zh" ? "中" : "EN"}</span>
      </button>
      <button type="button" class="button" aria-label={named} title={named} onClick={() => theme.set(NEXT[light])}>
        <Icon name={SHOWN[light]} size={18} />
      </button>
      {account.signed_in && (
        <button type="button" class="button" aria-label={words.account.out} title={words.account.out} onClick={() => void signOut("sign-out")}>
          <Icon name="out" size={18} />
        </button>
      )}
    </div>
  );
}

async function signOut(way: string): Promise<void> {
  try {
    await fetch(way, { method: "POST", headers: { "X-Riskwarn-Page": "1" } });
  } finally {
    forget();
    signIn(false);
  }
}
