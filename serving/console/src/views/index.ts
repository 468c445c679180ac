// Which views there are. One of one's own: a folder src/views/NAME with index.tsx (its component by default) and words.ts, and a line
// here. All but the ranking are fetched when they are first opened.
import type { Scope } from "../api/types";
import type { Loaded } from "../app/lazily";
import type { IconName } from "../parts/Icon";
import type { Words } from "../words";
import Ranking from "./Ranking";

export interface View {
  name: keyof Words["views"];
  icon: IconName;
  /** Any of these scopes opens it. */
  needs: readonly Scope[];
  /** Whether target and horizon stand in the head. */
  chooses: boolean;
  /** Whether it shows the day that is chosen; all others show how it stands now, whatever day the address keeps. */
  ofDay?: boolean;
  /** Whether it stands in the navigation; one that does not is opened from another, `within`. */
  listed: boolean;
  within?: keyof Words["views"];
  /** Whether it stands alone on the screen, without navigation and head. */
  alone?: boolean;
  load: () => Promise<Loaded> | Loaded;
}

export const VIEWS: readonly View[] = [
  { name: "ranking", icon: "ranking", needs: ["read"], chooses: true, ofDay: true, listed: true, load: () => ({ default: Ranking }) },
  { name: "map", icon: "map", needs: ["read"], chooses: true, ofDay: true, listed: true, load: () => import("./Map") },
  { name: "record", icon: "record", needs: ["read"], chooses: true, listed: true, load: () => import("./Record") },
  { name: "inbox", icon: "inbox", needs: ["read", "act"], chooses: false, listed: true, load: () => import("./Inbox") },
  { name: "data", icon: "data", needs: ["read", "analyse"], chooses: false, listed: true, load: () => import("./Data") },
  { name: "models", icon: "models", needs: ["read"], chooses: true, listed: true, load: () => import("./Models") },
  { name: "administration", icon: "administration", needs: ["system", "security", "audit"], chooses: false, listed: true, load: () => import("./Administration") },
  { name: "wall", icon: "map", needs: ["read"], chooses: true, ofDay: true, listed: false, within: "ranking", alone: true, load: () => import("./Wall") },
  { name: "grid", icon: "nothing", needs: ["read:detail"], chooses: true, ofDay: true, listed: false, within: "ranking", load: () => import("./Portrait") },
];
