// For whoever lives here: what this is, what it is not, whom to ask. It asks the server for nothing, and needs nobody to sign in.
import { useEffect } from "preact/hooks";
import { language } from "../../app/preferences";
import { Mark } from "../../parts/Icon";
import { useWords } from "../../words";
import "./residents.css";
import { own } from "./words";

export default function Residents() {
  const words = useWords(own);
  const shared = useWords();
  const other = language.get() === "zh" ? "en" : "zh";
  useEffect(() => {
    document.title = `${words.title} · ${shared.short}`;
  }, [words, shared]);
  return (
    <div class="residents">
      <header>
        <Mark size={44} />
        <button type="button" class="button only-screen" lang={other} onClick={() => language.set(other)}>
          {shared.language}
        </button>
      </header>
      <main id="main">
        <h1>{words.title}</h1>
        <p class="lead">{words.lead}</p>
        {words.sections.map(({ title, points }) => (
          <section key={title}>
            <h2>{title}</h2>
            <ul>
              {points.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </section>
        ))}
        <p class="soft small">{words.figures}</p>
      </main>
      <footer class="notice">
        <p>{shared.notice}</p>
      </footer>
    </div>
  );
}
