// Styles first: those of views stand behind them.
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/shell.css";
import "./styles/print.css";
import { render } from "preact";
import { App } from "./app/App";
import { followPreferences } from "./app/preferences";
import { begin } from "./app/session";

followPreferences();
void begin();
const place = document.getElementById("console");
if (place) render(<App />, place);
