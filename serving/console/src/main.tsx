// The token of a link first, so that nobody else sees it in the address. Then styles: those of views stand behind them.
import "./app/token";
import "./app/language";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import "./styles/print.css";
import { render } from "preact";
import { App } from "./app/App";
import { followPreferences } from "./app/preferences";

// The link of a notice led to sign-in, and from there back here.
const notice = /^#alert=([a-z0-9]{1,32})$/.exec(location.hash);
if (notice) location.replace(`alerts/${notice[1]}`);
else {
  followPreferences();
  const place = document.getElementById("console");
  if (place) render(<App />, place);
}
