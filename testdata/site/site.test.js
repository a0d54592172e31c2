// The site as people use it, in headless Chromium: clicked, typed into, searched,
// copied from, read without scripts, on a phone, by keyboard and by axe-core.
// cmd/livestorm/site_test.go runs this; SITE_URL is the server of docs --serve,
// SITE_DIR the same site as files, SITE_HOSTILE one whose table means harm.
"use strict";

const { test, before, after } = require("node:test");
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const { SITE_URL, SITE_DIR, SITE_HOSTILE, CHROMIUM } = process.env;
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const file = (name, dir = SITE_DIR) => pathToFileURL(path.join(dir, name)).href;
const kinds = ["index.html", "authentication.html", "actions/create_event.html", "actions/list_sessions.html", "404.html"];

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(() => browser?.close());

// open opens a page and holds it to this: nothing on the console, no error, no
// request to anywhere else.
const open = async (t, address, options = {}) => {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (m) => { if (["error", "warning"].includes(m.type())) wrong.push(m.text()); });
  page.on("pageerror", (e) => wrong.push(e.message));
  page.on("dialog", (d) => { wrong.push("a dialog: " + d.message()); d.dismiss(); });
  page.on("request", (r) => { if (!r.url().startsWith("file:") && !r.url().startsWith(SITE_URL)) wrong.push("a request to " + r.url()); });
  t.after(async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });
  await page.goto(address);
  return page;
};

const curl = (page) => page.locator("#snippet-curl code");

for (const [name, at] of [["files", file], ["the server", (n) => SITE_URL + n]]) {
  test(`${name}: search finds an action in a keystroke`, async (t) => {
    const page = await open(t, at("index.html"));
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "combobox");
    await page.keyboard.type("regist");
    const options = page.getByRole("option");
    assert.match(await options.first().innerText(), /Register someone for session/);
    await page.keyboard.press("ArrowDown");
    assert.equal(await options.nth(1).getAttribute("aria-selected"), "true");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForURL(/register_someone_for_session\.html$/);
    assert.equal(await page.title(), "Register someone for session · Livestorm");

    await page.keyboard.press("Control+k");
    await page.keyboard.type("webhook delete");
    await page.getByRole("option").first().click();
    await page.waitForURL(/delete_webhook\.html$/);
    await page.keyboard.press("/");
    await page.keyboard.type("zzz");
    assert.equal(await page.locator(".count").innerText(), "Nothing is called that.");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog").evaluate((d) => d.open), false);
  });

  test(`${name}: code follows what is typed, and is copied`, async (t) => {
    const page = await open(t, at("actions/create_event.html"));
    await page.getByLabel("title", { exact: true }).fill(`It's "50 %" <b>&\\`);
    await page.getByLabel("chat_enabled").selectOption("false");
    assert.match(await curl(page).innerText(), /"title":"It'\\''s \\"50 %\\" <b>&\\\\"/);
    assert.match(await curl(page).innerText(), /"chat_enabled":false/);
    await page.getByRole("tab", { name: "Go" }).click();
    assert.match(await page.locator("#snippet-go code").innerText(), /"title": "It's \\"50 %\\" <b>&\\\\"/);
    await page.keyboard.press("ArrowRight");
    const command = await page.locator("#snippet-command code").innerText();
    assert.match(command, /-p title='It'\\''s "50 %" <b>&\\'/);
    await page.getByRole("button", { name: "Copy Command line" }).click();
    await page.getByText("Copied to the clipboard.").waitFor({ state: "attached" });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator("#snippet-command code").textContent());
    await page.keyboard.press("Tab");

    await page.getByLabel("title", { exact: true }).fill("");
    assert.match(await page.locator("[data-problem]").innerText(), /title is required/);
    assert.equal(await page.getByLabel("title", { exact: true }).getAttribute("aria-invalid"), "true");
    await page.getByLabel("title", { exact: true }).fill("Again");
    assert.equal(await page.locator("[data-problem]").textContent(), "");
    await page.reload();
    assert.equal(await page.getByRole("tab", { name: "Command line" }).getAttribute("aria-selected"), "true");
  });

  test(`${name}: an object is typed as JSON, and keeps its spelling`, async (t) => {
    const page = await open(t, at("actions/register_someone_for_session.html"));
    await page.getByLabel("fields").fill(`{"email": "a@b.example", "n": 12345678901234567890}`);
    assert.match(await curl(page).innerText(), /12345678901234567890/);
    await page.getByLabel("fields").fill(`{"email": `);
    assert.match(await page.locator("[data-problem]").innerText(), /fields: this is not JSON: it ends too soon/);
  });

  test(`${name}: the theme is switched, and kept`, async (t) => {
    const page = await open(t, at("index.html"), { colorScheme: "light" });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.getByRole("button", { name: "Switch to dark colours" }).click();
    assert.notEqual(await paper(), light);
    await page.reload();
    assert.notEqual(await paper(), light);
    await page.getByRole("button", { name: "Switch to light colours" }).click();
    assert.equal(await paper(), light);
  });

  test(`${name}: by keyboard alone`, async (t) => {
    const page = await open(t, at("index.html"));
    const focused = () => page.evaluate(() => document.activeElement.innerText || document.activeElement.id);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    for (let n = 0; n < 20 && await focused() !== "Create event"; n++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/create_event\.html$/);
    for (let n = 0; n < 200 && await page.evaluate(() => document.activeElement.id) !== "p-title"; n++) await page.keyboard.press("Tab");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("From the keyboard");
    assert.match(await curl(page).textContent(), /From the keyboard/);
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(ring, "none");
  });
}

test("trying an action shows the sandbox's envelope", async (t) => {
  const page = await open(t, SITE_URL + "actions/create_event.html");
  await page.getByLabel("title", { exact: true }).fill("Made on a page");
  await page.getByRole("button", { name: "Run create_event" }).click();
  await page.getByText(/^It worked, in \d+ ms\.$/).waitFor();
  const envelope = JSON.parse(await page.locator("[data-result] code").textContent());
  assert.equal(envelope.success, true);
  assert.equal(envelope.data.attributes.title, "Made on a page");

  await page.goto(SITE_URL + "actions/get_event.html");
  await page.getByLabel("event_id").fill(envelope.data.id);
  await page.getByRole("button", { name: "Run get_event" }).click();
  await page.getByText(/^It worked/).waitFor();
  assert.match(await page.locator("[data-result] code").textContent(), /Made on a page/);

  await page.getByLabel("event_id").fill("nowhere");
  await page.getByRole("button", { name: "Run get_event" }).click();
  await page.getByText(/^It failed: API error \(404\)/).waitFor();
});

test("files say how to get a server", async (t) => {
  const page = await open(t, file("actions/get_event.html"));
  assert.match(await page.locator(".try").innerText(), /livestorm docs --serve/);
  assert.equal(await page.locator("[data-run]").count(), 0);
});

test("on a phone nothing scrolls sideways, and the menu is closed", async (t) => {
  const page = await open(t, file("index.html"), { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true });
  const names = [...kinds, ...["copy_event", "register_someone_for_session", "list_session_people", "list_session_recordings"].map((n) => `actions/${n}.html`)];
  for (const name of names) {
    await page.goto(file(name));
    const [wide, has] = await page.evaluate(() => {
      for (const d of document.querySelectorAll("main details")) d.open = true;
      return [document.documentElement.scrollWidth, document.documentElement.clientWidth];
    });
    assert.ok(wide <= has, `${name} is ${wide} wide on a screen of ${has}`);
  }
  assert.equal(await page.locator("details.menu").evaluate((d) => d.open), false);
  await page.getByText("All pages").tap();
  await page.locator(".menu a[href$='actions/get_event.html']").tap();
  await page.waitForURL(/get_event\.html$/);
});

test("without scripts everything is there to read", async (t) => {
  const page = await open(t, file("actions/create_event.html"), { javaScriptEnabled: false });
  for (const id of ["curl", "go", "command", "mcp"]) {
    assert.ok(await page.locator(`#snippet-${id} pre`).isVisible(), id);
    assert.match(await page.locator(`#snippet-${id} pre`).innerText(), /create_event|events'/);
  }
  assert.ok(await page.getByText("The ID of the user who owns the event").isVisible());
  assert.equal(await page.locator("input:visible, select:visible, button:visible").count(), 0);
  await page.locator(".tree summary").first().click();
  assert.ok(await page.locator(".tree .tree").first().isVisible());
});

test("every link of every page leads somewhere", async () => {
  const ids = new Map();
  const idsOf = (name) => {
    if (!ids.has(name)) ids.set(name, new Set([...fs.readFileSync(path.join(SITE_DIR, name), "utf8").matchAll(/\sid="([^"]+)"/g)].map((m) => m[1])));
    return ids.get(name);
  };
  let links = 0;
  for (const name of fs.readdirSync(SITE_DIR, { recursive: true }).map(String).filter((n) => n.endsWith(".html"))) {
    const text = fs.readFileSync(path.join(SITE_DIR, name), "utf8");
    const seen = [...text.matchAll(/\sid="([^"]+)"/g)].map((m) => m[1]);
    assert.equal(new Set(seen).size, seen.length, name + " has an id twice");
    for (const [, to] of text.matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (to.startsWith("https:")) continue;
      const [where, anchor] = to.split("#");
      const target = where ? path.join(path.dirname(name), where) : name;
      assert.ok(fs.existsSync(path.join(SITE_DIR, target)), `${name} leads to ${to}`);
      if (anchor) assert.ok(idsOf(target).has(anchor), `${name} leads to ${to}`);
      links++;
    }
  }
  assert.ok(links > 1000, `only ${links} links`);
});

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [{ width: 1440, height: 900 }, { width: 375, height: 812 }]) {
    test(`axe-core has nothing to say: ${colorScheme}, ${viewport.width} wide`, async (t) => {
      const page = await open(t, file("index.html"), { colorScheme, viewport });
      const look = async (what) => {
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"], preload: false }));
        assert.deepEqual(violations.map((v) => `${what}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160) + " " + n.failureSummary).join("\n")}`), []);
        assert.ok(passes.length > 10);
      };
      for (const name of viewport.width > 1000 ? kinds : kinds.slice(0, 3)) { // the others are laid out alike
        await page.goto(file(name));
        await page.evaluate(() => { for (const d of document.querySelectorAll("details")) d.open = true; });
        await look(name);
      }
      await page.goto(SITE_URL + "actions/get_event.html");
      await page.getByRole("button", { name: "Run get_event" }).click();
      await page.getByText(/^It worked/).waitFor();
      if (viewport.width > 1000) await look("a result");
      await page.getByLabel("event_id").fill("");
      await look("a problem");
      await page.keyboard.press("Control+k");
      await page.keyboard.type("list");
      await look("search");
    });
  }
}

test("a manifest that means harm is text", async (t) => {
  const page = await open(t, file("index.html", SITE_HOSTILE));
  const names = fs.readdirSync(path.join(SITE_HOSTILE, "actions"));
  for (const name of ["index.html", "authentication.html", ...names.map((n) => "actions/" + n)]) {
    await page.goto(file(name, SITE_HOSTILE));
    assert.equal(await page.evaluate(() => typeof self.harmed), "undefined", name);
    assert.equal(await page.locator("a[href^='javascript:' i], a[href^='data:' i], img, iframe, [onerror], [onclick], base, form[action]").count(), 0, name);
    assert.match(await page.locator("main").innerText(), /<img src=x onerror=harmed=1>/);
  }
  await page.locator("#p-name").fill(`</code><img src=x onerror=harmed=1>`);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("<img");
  assert.equal(await page.evaluate(() => typeof self.harmed), "undefined");
  assert.equal(await page.locator("img").count(), 0);
});
