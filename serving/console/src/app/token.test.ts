import { beforeEach, expect, test, vi } from "vitest";

const TOKEN = "ab".repeat(32);

beforeEach(() => {
  vi.resetModules();
  sessionStorage.clear();
  history.replaceState(null, "", "/");
});

test("a link that is opened in a page that is open already, and one that holds no token", async () => {
  const { keep, shown, token } = await import("./token");
  history.replaceState(null, "", `/#token=${TOKEN}`);
  dispatchEvent(new PopStateEvent("popstate"));
  expect([location.hash, token.get()]).toEqual(["", TOKEN]);
  history.replaceState(null, "", "/#token=<script>");
  dispatchEvent(new PopStateEvent("popstate"));
  expect(token.get()).toBe(TOKEN);
  keep("");
  expect([sessionStorage.length, shown()]).toEqual([0, {}]);
});

test("the token of a link is taken out of the address before anybody looks at it, and kept for the tab", async () => {
  history.replaceState(null, "", `/#token=${TOKEN}&/inbox?lang=zh`);
  const { shown, token } = await import("./token");
  expect([location.hash, history.length]).toEqual(["#/inbox?lang=zh", 1]);
  expect([token.get(), sessionStorage.getItem("riskwarn.token")]).toEqual([TOKEN, TOKEN]);
  expect(shown()).toEqual({ Authorization: `Bearer ${TOKEN}` });
  const { route } = await import("./route");
  expect(route.get().view).toBe("inbox");
});
