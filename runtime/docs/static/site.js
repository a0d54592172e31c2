// What the pages do beyond being read: search, theme, code that follows the
// values typed in, copying, and trying an action where a server runs it. All of
// it works on elements that are there already, and puts text into them as text.
"use strict";

(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const root = document.body.dataset.root;

  // element makes an element; children are elements or texts.
  const element = (name, attributes = {}, ...children) => {
    const e = document.createElement(name);
    for (const [k, v] of Object.entries(attributes)) if (v !== undefined) e.setAttribute(k, v);
    e.append(...children);
    return e;
  };

  // ---------------------------------------------------------------- colouring

  const languages = {
    shell: /(?<comment>#[^\n]*)|(?<string>'[^']*'|"[^"]*")|(?<flag>(?<=\s)--?[A-Za-z][\w-]*)|(?<word>^(?:curl|export)\b)/gm,
    json: /(?<name>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*")|(?<number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)|(?<word>\b(?:true|false|null)\b)/g,
    go: /(?<comment>\/\/[^\n]*)|(?<string>`[^`]*`|"(?:[^"\\\n]|\\.)*")|(?<word>\b(?:package|import|func|if|return|nil|err)\b)|(?<number>\b\d+\b)/g,
  };

  // show puts a text into a code element, coloured.
  const show = (code, text) => {
    const parts = [];
    let end = 0;
    for (const found of text.matchAll(languages[code.dataset.lang] ?? /$^/g)) {
      const kind = Object.keys(found.groups).find((k) => found.groups[k] !== undefined);
      parts.push(text.slice(end, found.index), element("span", { class: "t-" + kind }, found[0]));
      end = found.index + found[0].length;
    }
    code.replaceChildren(...parts, text.slice(end));
  };

  const colour = () => {
    for (const code of $$("code[data-lang]")) {
      if (code.closest("details.more") && code.dataset.lang === "json" && !code.textContent.includes("\n")) {
        code.textContent = Connector.laidOut(Connector.parse(code.textContent));
      }
      show(code, code.textContent);
    }
  };

  // ------------------------------------------------------------------ copying

  const say = element("p", { class: "unseen", role: "status", "aria-live": "polite" });
  document.body.append(say);

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const copied = await copy($("code", button.parentElement).textContent);
    button.textContent = copied ? "Copied" : "Select and copy";
    say.textContent = copied ? "Copied to the clipboard." : "The clipboard is not to be had here; select the text and copy it.";
    setTimeout(() => { button.textContent = "Copy"; say.textContent = ""; }, 2000);
  });

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* not for pages that were opened as files; the older way is */ }
    const area = element("textarea", { class: "unseen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    const focused = document.activeElement;
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return copied;
  };

  // -------------------------------------------------------------------- theme

  const theme = () => {
    const button = $("[data-theme-switch]"), name = $("[data-theme-name]");
    const system = matchMedia("(prefers-color-scheme: dark)");
    const current = () => document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
    const tell = () => { name.textContent = "Switch to " + (current() === "dark" ? "light" : "dark") + " colours"; };
    button.addEventListener("click", () => {
      const next = current() === "dark" ? "light" : "dark";
      document.documentElement.dataset.theme = next;
      try { localStorage.setItem("theme", next); } catch { /* then it lasts for this page */ }
      tell();
    });
    system.addEventListener("change", tell);
    tell();
  };

  // ------------------------------------------------------------------- search

  const search = () => {
    const input = element("input", { type: "text", role: "combobox", "aria-label": "Search actions", "aria-expanded": "true", "aria-controls": "found", "aria-autocomplete": "list", placeholder: "Search actions", autocomplete: "off", spellcheck: "false" });
    const found = element("ul", { id: "found", role: "listbox", "aria-label": "Actions found" });
    const count = element("p", { class: "count", role: "status", "aria-live": "polite" });
    const dialog = element("dialog", { class: "search", "aria-label": "Search" }, input, found, count);
    document.body.append(dialog);
    let at = 0;

    const select = (i) => {
      const options = $$("li", found);
      at = options.length ? (i + options.length) % options.length : 0;
      options.forEach((o, n) => o.setAttribute("aria-selected", String(n === at)));
      if (options[at]) {
        input.setAttribute("aria-activedescendant", options[at].id);
        options[at].scrollIntoView({ block: "nearest" });
      } else input.removeAttribute("aria-activedescendant");
    };

    const list = () => {
      const best = matching(input.value);
      found.replaceChildren(...best.map((e, n) => element("li", { role: "option", id: "found-" + n, "data-page": e.Page, "aria-selected": "false" },
        element("span", { class: "title" }, e.Title && e.Method ? e.Title : e.Name, element("small", {}, e.Description)),
        element("span", { class: "request" }, ...(e.Method ? [element("span", { class: "method " + e.Method }, e.Method), " ", element("code", {}, e.Path)] : [])))));
      count.textContent = best.length ? (best.length === 1 ? "1 page" : best.length + " pages") + " · ↑ ↓ to choose, Enter to go" : "Nothing is called that.";
      select(0);
    };

    const go = () => {
      const option = $$("li", found)[at];
      if (option) location.href = root + option.dataset.page;
    };
    const open = () => {
      if (dialog.open) return;
      input.value = "";
      list();
      dialog.showModal();
      input.focus();
    };

    input.addEventListener("input", list);
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); select(at + step); }
      if (event.key === "Enter") { event.preventDefault(); go(); }
    });
    found.addEventListener("click", (event) => {
      const option = event.target.closest("li");
      if (option) { select($$("li", found).indexOf(option)); go(); }
    });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    $("[data-search]").addEventListener("click", open);
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select");
      const asked = (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) || (event.key?.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
      if (asked) { event.preventDefault(); open(); }
    });
  };

  // matching are the entries that have every word of a query, the best first.
  const matching = (query) => {
    const words = query.toLowerCase().split(/[\s_]+/).filter((w) => w);
    const points = (e) => {
      const name = (e.Name + " " + e.Title).toLowerCase().replaceAll("_", " "), all = [name, e.Method, e.Path, e.Effect, e.Description].join(" ").toLowerCase();
      let sum = 0;
      for (const w of words) {
        if (name.split(" ").some((part) => part.startsWith(w))) sum += 4;
        else if (name.includes(w)) sum += 2;
        else if (all.includes(w)) sum += 1;
        else return -1;
      }
      return name.startsWith(words.join(" ")) ? sum + 3 : sum;
    };
    return self.searchIndex.map((e, n) => [points(e), n, e]).filter(([p]) => p >= 0).sort((a, b) => b[0] - a[0] || a[1] - b[1]).map(([, , e]) => e);
  };

  // ------------------------------------------------------------------- values

  const recipe = () => {
    const data = document.getElementById("recipe");
    return data && JSON.parse(data.textContent);
  };

  // inputOf is the input that the form holds, as JSON; fields that are empty are
  // not given.
  const inputOf = (form) => {
    const members = [];
    for (const field of form ? form.elements : []) {
      if (!field.name || field.value === "") continue;
      members.push(Connector.quote(field.name) + ":" + valueOf(field));
    }
    return "{" + members.join(",") + "}";
  };

  const valueOf = (field) => {
    const type = recipeOf.Op.Params.find((p) => p.Name === field.name);
    switch (field.dataset.kind) {
      case "text": case "choice": return Connector.quote(field.value);
      case "lines": return "[" + field.value.split("\n").filter((l) => l.trim() !== "").map((l) => type.Items && type.Items !== "string" ? json(field, l.trim()) : Connector.quote(l)).join(",") + "]";
    }
    if (type.Type === "any") {
      try { return Connector.parse(field.value).raw; } catch { return Connector.quote(field.value); }
    }
    return json(field, field.value);
  };

  const json = (field, text) => {
    try {
      return Connector.parse(text).raw;
    } catch (problem) {
      throw new Connector.Refused(field.name + ": " + problem.message);
    }
  };

  let recipeOf;

  const live = () => {
    recipeOf = recipe();
    if (!recipeOf) return;
    recipeOf.Op.Params ??= [];
    const form = $("[data-input]");
    tabs($("[data-snippets]"));
    form?.addEventListener("submit", (event) => event.preventDefault());
    form?.addEventListener("input", () => refresh(form));
    $("[data-unfold]")?.addEventListener("click", unfold);
    $("[data-run]")?.addEventListener("click", (event) => run(event.currentTarget, form));
  };

  // refresh makes the snippets say what the form holds.
  const refresh = (form) => {
    const problem = $("[data-problem]");
    let words = "";
    for (const f of form.elements) f.removeAttribute("aria-invalid");
    for (const box of $$("[data-snippet]")) {
      if (box.dataset.snippet === "curl" && !recipeOf.Curl) continue;
      try {
        const input = inputOf(form);
        show($("code", box), Connector[box.dataset.snippet](recipeOf, input));
      } catch (error) {
        if (!(error instanceof Connector.Refused)) throw error;
        words ||= error.message;
      }
    }
    const named = words.split(/[^\w]+/);
    for (const f of form.elements) if (named.includes(f.name)) f.setAttribute("aria-invalid", "true");
    const text = words && words + ". The code below is not for these values.";
    if (problem.textContent !== text) problem.textContent = text;
    $("[data-snippets]").classList.toggle("stale", words !== "");
  };

  // tabs shows one snippet at a time, and remembers which.
  const tabs = (box) => {
    const panels = $$("[data-snippet]", box);
    const bar = element("div", { class: "tabs", role: "tablist", "aria-label": "Languages" });
    const choose = (name, focus) => {
      for (const tab of $$("button", bar)) {
        const chosen = tab.dataset.for === name;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
        if (chosen && focus) tab.focus();
      }
      for (const p of panels) p.hidden = p.dataset.snippet !== name;
      try { localStorage.setItem("snippet", name); } catch { /* then not */ }
    };
    for (const p of panels) {
      const name = p.dataset.snippet;
      $("h3", p).remove();
      p.setAttribute("role", "tabpanel");
      p.setAttribute("aria-labelledby", "tab-" + name);
      const tab = element("button", { type: "button", role: "tab", id: "tab-" + name, "data-for": name, "aria-controls": p.id }, p.dataset.label);
      tab.addEventListener("click", () => choose(name));
      bar.append(tab);
    }
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const names = panels.map((p) => p.dataset.snippet), now = names.indexOf($("[aria-selected=true]", bar).dataset.for);
      choose(names[(now + step + names.length) % names.length], true);
    });
    box.prepend(bar);
    let first;
    try { first = localStorage.getItem("snippet"); } catch { /* then the first */ }
    choose(panels.some((p) => p.dataset.snippet === first) ? first : panels[0].dataset.snippet);
  };

  const unfold = (event) => {
    const all = $$(".tree details"), open = all.some((d) => !d.open);
    for (const d of all) d.open = open;
    event.currentTarget.textContent = open ? "Fold all" : "Unfold all";
  };

  // ------------------------------------------------------------------- trying

  const run = async (button, form) => {
    const outcome = $("[data-outcome]"), result = $("[data-result]");
    const tell = (words, kind) => { outcome.textContent = words; outcome.className = kind; };
    let input;
    try {
      input = inputOf(form);
    } catch (error) {
      result.hidden = true;
      tell(error.message + ".", "bad");
      return;
    }
    button.disabled = true;
    tell("Running…", "");
    const begun = performance.now();
    try {
      const answer = await fetch(root + "try/" + recipeOf.Name, { method: "POST", headers: { "Content-Type": "application/json" }, body: input });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text.trim());
      const envelope = JSON.parse(text);
      show($("code", result), Connector.laidOut(Connector.parse(text)));
      result.hidden = false;
      tell((envelope.success ? "It worked" : "It failed: " + envelope.error) + ", in " + Math.round(performance.now() - begun) + " ms.", envelope.success ? "good" : "bad");
    } catch (error) {
      result.hidden = true;
      tell("The server did not run it: " + error.message, "bad");
    }
    button.disabled = false;
    button.focus();
  };

  // -------------------------------------------------------------------- menu

  // On a phone the menu begins closed.
  const menu = () => {
    const narrow = matchMedia("(max-width: 900px)"), details = $("details.menu");
    const fit = () => { details.open = !narrow.matches; };
    narrow.addEventListener("change", fit);
    fit();
    const nav = $("nav", details), here = $("[aria-current=page]", nav);
    if (here) nav.scrollTop = here.offsetTop - nav.offsetTop - nav.clientHeight / 2;
  };

  colour();
  theme();
  search();
  live();
  menu();
})();
