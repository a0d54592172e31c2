// The request that an action sends for an input, as the runtime builds it
// (runtime/request.go, address.go, query.go, body.go, template.go, encode.go), so
// that a page can show it while somebody types. A page holds the operation as the
// table declares it; what a page cannot know (programs, files, requests that come
// before) makes the exporter leave the operation out. A test holds this file
// against the runtime for every action and many inputs.
//
// Values are checked JSON that keeps its spelling: {raw, kind, text}, kind being
// text, number, boolean, null, list or object; lists have items, objects members.
// What is absent is undefined.
"use strict";

const Connector = (() => {
  // Refused is what is wrong with an input, in words.
  class Refused extends Error {}
  const refuse = (words) => { throw new Refused(words); };

  // ------------------------------------------------------------------ values

  // whole is a text without halves of characters, which nothing can send.
  const whole = (text) => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");

  // quote writes a text as a JSON string.
  const quote = (text) => JSON.stringify(whole(text))
    .replace(/[\u2028\u2029]/g, (c) => "\\u" + c.charCodeAt(0).toString(16));

  const text = (s) => ({ kind: "text", raw: quote(s), text: s });
  const bare = (raw) => ({ kind: raw === "true" || raw === "false" ? "boolean" : "number", raw, text: raw });

  // parse reads JSON and keeps the spelling of every part of it.
  const parse = (source) => {
    const space = /[ \t\r\n]*/y, string = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
    const scalar = /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)/y;
    let at = 0;
    const take = (pattern) => {
      pattern.lastIndex = at;
      const found = pattern.exec(source);
      if (found) at = pattern.lastIndex;
      return found ? found[0] : undefined;
    };
    const fail = () => refuse("this is not JSON" + (at < source.length ? ", from “" + source.slice(at, at + 12) + "” on" : ": it ends too soon"));
    const several = (close, one) => {
      at++;
      take(space);
      if (source[at] === close) { at++; return; }
      for (;;) {
        one();
        take(space);
        if (source[at] === close) { at++; return; }
        if (source[at] !== ",") fail();
        at++;
        take(space);
      }
    };
    const any = (depth) => {
      take(space);
      const begin = at, node = {};
      if (depth > 200) refuse("this is nested too deeply");
      if (source[at] === "{") {
        node.kind = "object";
        node.members = [];
        several("}", () => {
          const key = take(string) ?? fail();
          take(space);
          if (source[at] !== ":") fail();
          at++;
          node.members.push([whole(JSON.parse(key)), any(depth + 1), key]);
        });
      } else if (source[at] === "[") {
        node.kind = "list";
        node.items = [];
        several("]", () => node.items.push(any(depth + 1)));
      } else {
        const word = take(string) ?? take(scalar) ?? fail();
        node.kind = word[0] === '"' ? "text" : word === "null" ? "null" : word[0] === "t" || word[0] === "f" ? "boolean" : "number";
        node.text = node.kind === "text" ? whole(JSON.parse(word)) : word;
        node.half = node.kind === "text" && node.text !== JSON.parse(word);
      }
      node.raw = source.slice(begin, at);
      return node;
    };
    const node = any(0);
    take(space);
    if (at < source.length) fail();
    return node;
  };

  // plain is a value as it stands in a path, a query or a header.
  const plain = (v) => v === undefined ? "" : v.kind === "text" ? v.text : v.raw;
  const notNull = (v) => v !== undefined && v.kind === "null" ? undefined : v;
  const list = (items) => ({ kind: "list", items, raw: "[" + items.map((i) => i.raw).join(",") + "]" });
  const object = (members) => ({ kind: "object", members, raw: "{" + members.map(([name, v]) => quote(name) + ":" + v.raw).join(",") + "}" });
  const mapped = (v, use) => v.kind === "list" ? list(v.items.map(use).filter((e) => e !== undefined)) : use(v);
  const empty = (v) => v.kind === "text" ? v.raw === '""' : v.kind === "list" ? !v.items.length : v.kind === "object" ? !v.members.length : false;
  const there = (v) => v !== undefined && v.kind !== "null" && !empty(v);
  const falsy = (v) => !there(v) || (v.kind === "boolean" && v.text === "false") || (v.kind === "number" && Number(v.raw) === 0);

  // compact is JSON without spaces between its tokens.
  const compact = (v) => v.kind === "list" ? "[" + v.items.map(compact).join(",") + "]"
    : v.kind === "object" ? "{" + v.members.map(([name, m, key]) => (key ?? quote(name)) + ":" + compact(m)).join(",") + "}" : v.raw;

  // python is JSON as Python's json.dumps writes it.
  const ascii = (s) => JSON.stringify(s).replace(/[^\x20-\x7f]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
  const python = (v) => v.kind === "list" ? "[" + v.items.map(python).join(", ") + "]"
    : v.kind === "object" ? "{" + v.members.map(([name, m]) => ascii(name) + ": " + python(m)).join(", ") + "}"
      : v.kind === "text" ? ascii(v.text) : v.raw;

  const same = (v, json) => {
    const other = parse(json);
    if (compact(v) === compact(other)) return true;
    return v.kind === other.kind && (v.kind === "text" ? v.text === other.text : v.kind === "number" && Number(v.raw) === Number(other.raw));
  };

  const isInteger = (raw) => /^-?[0-9]+(\.0*)?$/.test(raw);
  const admits = (type, v) => type === "any" || (type === "string" ? v.kind === "text" : type === "boolean" ? v.kind === "boolean"
    : type === "array" ? v.kind === "list" : type === "object" ? v.kind === "object"
      : v.kind === "number" && (type !== "integer" || isInteger(v.raw)));
  const article = (type) => /^[aio]/.test(type) ? "an " + type : "a " + type;

  // as turns a value into another type where nothing is lost.
  const as = (v, type) => {
    const word = plain(v).trim();
    switch (type) {
      case "string": return v.kind === "text" ? v : text(plain(v));
      case "boolean":
        if (/^(true|1)$/i.test(word)) return bare("true");
        if (/^(false|0)$/i.test(word)) return bare("false");
        return undefined;
      case "integer": case "number":
        if (v.kind === "boolean") return bare(v.text === "true" ? "1" : "0");
        if (v.kind !== "text" && v.kind !== "number" || !/^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(word)) return undefined;
        return type === "integer" && !isInteger(word) ? undefined : bare(word);
    }
    return admits(type, v) ? v : undefined;
  };

  // at is the value at a dotted path: names lead into objects, numbers into lists.
  const at = (v, path) => {
    for (const step of path.split(".")) {
      if (v?.kind === "object") v = v.members.findLast(([name]) => name === step)?.[1];
      else if (v?.kind === "list" && /^[0-9]+$/.test(step)) v = v.items[Number(step)];
      else return undefined;
    }
    return notNull(v);
  };

  // ------------------------------------------------------------------- input

  // changed is what is done to a value before it is checked.
  const changed = (change, check, v) => {
    const one = (e) => {
      if (e.kind !== "text") return e;
      let s = e.text;
      if (change.Trim) s = s.trim();
      if (change.StripPrefix && s.startsWith(change.StripPrefix)) s = s.slice(change.StripPrefix.length);
      if (change.StripSuffix && s.endsWith(change.StripSuffix)) s = s.slice(0, s.length - change.StripSuffix.length);
      if (change.Case) s = change.Case === "lower" ? s.toLowerCase() : s.toUpperCase();
      return s === e.text ? e : text(s);
    };
    v = mapped(v, one);
    if (change.Truncate && v.kind === "list") v = list(v.items.slice(0, change.Truncate));
    if (change.Truncate && v.kind === "text" && [...v.text].length > change.Truncate) v = text([...v.text].slice(0, change.Truncate).join(""));
    if (!change.Clamp || !check) return v;
    return mapped(v, (e) => {
      if (e.kind !== "number") return e;
      if (check.Min?.Set && Number(e.raw) < (check.Min.Value ?? 0)) return bare(String(check.Min.Value ?? 0));
      if (check.Max?.Set && Number(e.raw) > (check.Max.Value ?? 0)) return bare(String(check.Max.Value ?? 0));
      return e;
    });
  };

  // parsed reads the text of a value, where the parameter has one to read.
  const parsed = (p, v) => {
    if (!p.Parse || v.kind !== "text") return v;
    if (p.Parse === "json") {
      const inner = parse(v.text);
      if (inner.kind !== "null" && p.Type !== "string" && !admits(p.Type, inner)) refuse(p.Name + " must hold " + article(p.Type));
      return inner;
    }
    return list(v.text.split(",").map((e) => e.trim()).filter((e) => e).map((e) =>
      ["integer", "number", "boolean"].includes(p.Items) ? as(text(e), p.Items) ?? text(e) : text(e)));
  };

  const check = (p, v) => {
    const c = p.Check, own = (words) => refuse(c?.Text || p.Name + " " + words);
    if (p.Items && p.Items !== "any" && v.kind === "list") {
      const wrong = v.items.findIndex((e) => !admits(p.Items, e));
      if (wrong >= 0) refuse(p.Name + " must be a list of " + p.Items + "s, but its element " + wrong + " is none");
    }
    if (!c) return;
    const n = v.kind === "list" ? v.items.length : v.kind === "text" ? [...v.text].length : undefined;
    const unit = v.kind === "list" ? " elements" : " characters";
    if (n !== undefined && n < (c.MinLength ?? 0)) own("must have at least " + c.MinLength + unit);
    if (n !== undefined && c.MaxLength && n > c.MaxLength) own("must have at most " + c.MaxLength + unit);
    for (const e of v.kind === "list" ? v.items : [v]) {
      if (c.Enum && !c.Enum.includes(plain(e))) own("must be one of " + c.Enum.join(", "));
      if (c.Pattern && matches(c.Pattern, plain(e)) === false) own("must match " + c.Pattern);
      if (e.kind === "number" && c.Min?.Set && Number(e.raw) < (c.Min.Value ?? 0)) own("must be at least " + (c.Min.Value ?? 0));
      if (e.kind === "number" && c.Max?.Set && Number(e.raw) > (c.Max.Value ?? 0)) own("must be at most " + (c.Max.Value ?? 0));
    }
  };

  // matches is undefined for a pattern that only Go can read.
  const matches = (pattern, s) => {
    try { return new RegExp(pattern, "u").test(s); } catch { return undefined; }
  };

  const rules = (op, values) => {
    const index = (name) => op.Params.findIndex((p) => p.Name === name);
    const given = (name) => {
      const p = op.Params[index(name)], v = values[index(name)];
      return there(p?.Change?.Trim && v ? changed({ Trim: true, StripPrefix: p.Change.StripPrefix, StripSuffix: p.Change.StripSuffix }, null, v) : v);
    };
    for (const r of op.Rules ?? []) {
      const yes = r.Params.filter(given), no = r.Params.filter((n) => !given(n)), all = r.Params.join(", ");
      const broken = {
        exactly_one: yes.length !== 1 && "give exactly one of " + all,
        at_least_one: !yes.length && "give at least one of " + all,
        exclusive: yes.length > 1 && "give only one of " + yes.join(", "),
        requires: yes[0] === r.Params[0] && no.length > 0 && yes[0] + " needs " + no.join(", ") + " too",
        required_unless: !(r.Unless ?? []).some(given) && no.length > 0 && "give " + no.join(", ") + ", or else " + (r.Unless ?? []).join(" or "),
      }[r.Kind];
      if (broken) refuse(r.Text || broken);
    }
  };

  const omits = (p, v) => {
    if (!p.Omit || p.Required) return false;
    switch (p.Omit) {
      case "empty": return empty(v);
      case "falsy": return falsy(v);
      case "unless_true": return plain(v) !== "true";
      case "default": return !!p.Default && same(v, p.Default);
    }
    return false;
  };

  // argumentsOf reads an input object: one value for each parameter. Members that
  // are keys of the credential are none: hosts may put those there.
  const argumentsOf = (op, input, keys = []) => {
    const root = parse(input.replace(/^\ufeff/, "")), values = []; // a byte order mark says nothing
    if (root.kind !== "object") refuse("the input must be a JSON object");
    for (const [name, v] of root.members) {
      const i = op.Params.findIndex((p) => p.Name === name), p = op.Params[i];
      if (i < 0 && keys.includes(name)) continue;
      if (i < 0) refuse(quote(name) + " is not a parameter");
      if (values[i] !== undefined) refuse(name + " is given twice");
      if (v.kind === "null") continue;
      if (!admits(p.Type, v) && !(p.Parse && v.kind === "text")) refuse(name + " must be " + article(p.Type));
      if (v.half) refuse(name + " has half of a character");
      values[i] = v;
    }
    const missing = op.Params.filter((p, i) => p.Required && !p.Default && values[i] === undefined).map((p) => p.Name);
    if (missing.length) refuse(missing.length === 1 ? missing[0] + " is required" : missing.join(", ") + " are required");
    rules(op, values);
    return op.Params.map((p, i) => {
      let v = values[i];
      if (v === undefined && p.Default) v = notNull(parse(p.Default));
      if (v === undefined) return v;
      v = parsed(p, v);
      if (p.Change) v = changed(p.Change, p.Check, v);
      if (!omits(p, v)) check(p, v);
      return v;
    });
  };

  // ----------------------------------------------------------------- request

  // escape writes a text as Go's url.QueryEscape or url.PathEscape do.
  const escapeQuery = (s) => encodeURIComponent(s).replace(/%20/g, "+").replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
  const escapeSegment = (s) => encodeURIComponent(s).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase())
    .replace(/%(24|26|2B|3A|3D|40)/g, (c) => decodeURIComponent(c));

  const several = (how) => ["repeat", "brackets", "indices", "deep_object"].includes(how);

  // spread writes a value as one field of a query or a form, or as several.
  const spread = (name, v, how, field) => {
    const inner = (name, v) => { if (v.kind !== "null") spread(name, v, how, field); };
    if ((v.kind === "list" || v.kind === "object") && how === "python_json") field(name, python(v));
    else if (v.kind === "list" && several(how)) v.items.forEach((e, n) => inner(how === "brackets" ? name + "[]" : how === "indices" ? name + "[" + n + "]" : name, e));
    else if (v.kind === "object" && several(how) && how !== "repeat") v.members.forEach(([key, m]) => inner(name + "[" + key + "]", m));
    else if (v.kind === "null") field(name, "");
    else field(name, v.kind === "list" || v.kind === "object" ? compact(v) : plain(v));
  };

  // Builder fills the places of one request.
  class Builder {
    constructor(recipe, values) {
      Object.assign(this, { recipe, op: recipe.Op, values, own: undefined, self: undefined, item: undefined, depth: 0 });
      this.page = this.pageFields();
    }

    index(name) { return this.op.Params.findIndex((p) => p.Name === name); }

    lookup(name) {
      if (name.startsWith("auth.")) {
        const word = this.recipe.Credential?.[name.slice(5)];
        return word === undefined ? undefined : text(word);
      }
      return this.values[this.index(name)];
    }

    hole(name) {
      if (this.item !== undefined && /^item(\.|$)/.test(name)) return name === "item" ? this.item : at(this.item, name.slice(5));
      const i = this.index(name);
      if (i < 0) return this.lookup(name);
      return this.own === this.op.Params[i] ? this.self : this.sent(i);
    }

    // fill puts values into the holes of a text; undefined when one is not given.
    fill(template) {
      let whole = true;
      const out = template.replace(/\{(\$?[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)\}/g, (_, name) => {
        const v = notNull(this.hole(name));
        whole = whole && v !== undefined;
        return plain(v);
      });
      return whole ? out : undefined;
    }

    holds(when) {
      return (when ?? []).every((c) => {
        const v = this.lookup(c.Param);
        if ((c.Given && !there(v)) || (c.Absent && there(v))) return false;
        return !c.Is?.length || (v !== undefined && c.Is.includes(plain(v)));
      });
    }

    // sent is what a parameter sends: its value, or what its declaration makes of it.
    sent(i) {
      const p = this.op.Params[i];
      let v = this.values[i];
      if (!this.holds(p.When)) return undefined;
      if (v === undefined) return p.Omit === "never" ? parse("null") : undefined;
      if (omits(p, v)) return undefined;
      if (++this.depth > 16) refuse(p.Name + " is made of itself");
      if (p.Map) v = mapped(v, (e) => { const line = p.Map.find((l) => (l.From ?? "") === plain(e)); return line ? text(line.To ?? "") : e; });
      if (p.Template) {
        const before = [this.own, this.self];
        [this.own, this.self] = [p, v];
        v = this.eval(p.Template);
        [this.own, this.self] = before;
      }
      if (p.SendAs && v !== undefined) v = mapped(v, (e) => as(e, p.SendAs) ?? refuse(p.Name + " must be " + article(p.SendAs) + " to be sent"));
      if (p.Encode && v !== undefined) v = this.encode(p.Encode, v, p.Name);
      this.depth--;
      return v;
    }

    encode(e, v, name) {
      const join = (by) => v.kind === "list" ? text(v.items.filter((i) => i.kind !== "null").map(plain).join(by)) : v;
      switch (e.As) {
        case "csv": return join(",");
        case "semicolons": return join(";");
        case "spaces": return join(" ");
        case "pipes": return join("|");
        case "json": return text(compact(v));
        case "python_json": return text(python(v));
        case "wrap": return list([v]);
        case "base64": return mapped(v, (i) => text(btoa(Array.from(new TextEncoder().encode(plain(i)), (b) => String.fromCharCode(b)).join(""))));
        case "pairs":
          if (v.kind !== "object") refuse(name + " must be an object");
          v.members.forEach(([key], n) => { if (v.members.findIndex(([k]) => k === key) !== n) refuse(name + " has the key " + quote(key) + " twice"); });
          return list(v.members.map(([key, m, raw]) => ({ raw: "{" + quote(e.Key ?? "") + ":" + (raw ?? quote(key)) + "," + quote(e.Value ?? "") + ":" + m.raw + "}" }))
            .map((o) => parse(o.raw)));
        case "each": {
          const items = v.kind === "list" ? v : list([v]), outer = this.item;
          const out = e.Each ? mapped(items, (i) => { this.item = i; return this.eval(e.Each); }) : items;
          this.item = outer;
          return out;
        }
      }
      return v;
    }

    // eval is the value of a template; undefined when it is left out.
    eval(t) {
      if (!this.holds(t.When)) return undefined;
      switch (t.Kind) {
        case "text": { const s = this.fill(t.Text ?? ""); return s === undefined ? undefined : text(s); }
        case "value": return this.hole(t.Name);
        case "object": return this.object(t);
        case "list": {
          const items = (t.Elements ?? []).map((e) => this.eval(e)).filter((v) => v !== undefined);
          return t.Optional && !items.length ? undefined : list(items);
        }
      }
      return t.JSON ? parse(t.JSON) : undefined;
    }

    object(t) {
      let members = [], merged = false;
      const merge = (p, v) => {
        merged = true;
        if (v === undefined || v.kind === "null") return;
        if (v.kind !== "object") refuse(p.Name + " must be an object");
        this.mergeable(p, v);
        members.push(...v.members.map(([name, m]) => [name, m]));
      };
      for (const m of t.Members ?? []) {
        const p = m.Value.Kind === "value" && this.op.Params[this.index(m.Value.Name)], v = this.eval(m.Value);
        if (p && p.Encode?.As === "merge") merge(p, v);
        else if (v !== undefined) members.push([m.Name, v]);
      }
      if (t.Parameters) this.op.Params.forEach((p, i) => {
        if (!this.inRoot(p)) return;
        const v = this.sent(i);
        if (v === undefined) return;
        if (p.Encode?.As === "merge") merge(p, v);
        else members.push([p.Wire, v]);
      });
      if (t.Optional && !members.length) return undefined;
      return object(merged ? lastMembers(members) : members);
    }

    inRoot(p) { return p.In === "body" && p.Wire !== "$" && !p.Wire.includes("."); }

    mergeable(p, v) {
      for (const [name] of v.members) if (this.reserved(p.In, name)) refuse(p.Name + " must not have the member " + quote(name) + ", which is sent already");
    }

    // credential is what the credential sends in a place: names and values.
    credential(place) { return (this.recipe.Send ?? []).filter((s) => s.Place === place).map((s) => [s.Name, s.Value]); }

    pageFields() {
      const p = this.op.Paging;
      if (!p) return { in: "", fields: [] };
      const bound = (name, otherwise) => {
        const v = name ? this.values[this.index(name)] : undefined;
        if (v === undefined) return otherwise;
        const n = Number(plain(v));
        if (plain(v).trim() === "" || !(n >= 1) || !Number.isInteger(n)) refuse(name + " must be a whole number of at least 1");
        return Math.min(n, 2147483647);
      };
      let size = bound(p.SizeParam, p.SizeValue ?? 0);
      const limit = bound(p.Limit, Infinity);
      bound(p.MaxPages, 0);
      if (p.Mode !== "page") size = Math.min(size, limit);
      const fields = [];
      if (p.Mode === "page" || p.Mode === "offset") fields.push([p.Param, String(p.First ?? 0)]);
      if (p.Size && size > 0) fields.push([p.Size, String(size)]);
      return { in: p.In || "query", fields };
    }

    reserved(place, name) {
      return (this.page.in === place && this.page.fields.some(([n]) => n === name)) || this.credential(place).some(([n]) => n === name);
    }

    parameter(name, p, v, nested, field) {
      if (v === undefined) return;
      let how = p.Encode && several(p.Encode.As) ? p.Encode.As : nested;
      if (p.Encode?.As !== "merge") { spread(name, v, how, field); return; }
      if (v.kind !== "object" && v.kind !== "null") refuse(p.Name + " must be an object");
      if (v.kind === "null") return;
      this.mergeable(p, v);
      v.members.forEach(([key, m]) => spread(key, m, how || "repeat", field));
    }

    path() {
      let out = "", segment = "", hole = "";
      const end = () => { if (hole && (segment === "." || segment === "..")) refuse(hole + " is " + quote(segment) + ", which would change the path"); };
      const part = (name, s) => {
        if (s === "") refuse(name + " is empty, but it is part of the path");
        if (/[\x00-\x1f\x7f]/.test(s)) refuse(name + " has a control character, but it is part of the path");
        out += escapeSegment(s);
        segment += s;
        hole = name;
      };
      for (const [literal, name] of pieces(this.op.Path)) {
        for (const c of literal) {
          if (c === "/") { end(); segment = ""; hole = ""; } else segment += c;
          out += c;
        }
        if (name === undefined) continue;
        const s = plain(notNull(this.hole(name)));
        if (this.op.Params[this.index(name)]?.Encode?.As !== "segments") { part(name, s); continue; }
        s.split("/").forEach((piece, i) => {
          if (piece === "") refuse(name + " has an empty segment, but it is part of the path");
          if (i > 0) { end(); out += "/"; segment = ""; }
          part(name, piece);
        });
      }
      end();
      return out;
    }

    query() {
      const fields = [], add = (name, value) => fields.push(escapeQuery(name) + "=" + escapeQuery(value));
      this.op.Params.forEach((p, i) => { if (p.In === "query" && !this.reserved("query", p.Wire)) this.parameter(p.Wire, p, this.sent(i), "", add); });
      for (const f of [...this.op.Query ?? [], ...this.recipe.Query ?? []]) {
        const [v, how] = this.field(f);
        if (v !== undefined && !this.reserved("query", f.Name)) spread(f.Name, v, how, add);
      }
      if (this.page.in === "query") this.page.fields.forEach(([n, v]) => add(n, v));
      this.credential("query").forEach(([n, v]) => add(n, v));
      return fields.join("&");
    }

    field(f) {
      const v = this.eval(f.Value);
      return !f.Encode || v === undefined ? [v, ""] : [this.encode(f.Encode, v, f.Name), f.Encode.As];
    }

    headers(media) {
      const headers = new Map(this.recipe.Headers ?? []);
      const set = (name, value, label) => {
        if (/[^\t\x20-\x7e]/.test(value)) refuse(label + " has characters that a header cannot carry");
        headers.set(canonical(name), value);
      };
      if (media) headers.set("Content-Type", media);
      for (const f of this.op.Headers ?? []) {
        const v = notNull(this.field(f)[0]);
        if (v !== undefined) set(f.Name, plain(v), "the header " + f.Name);
      }
      this.op.Params.forEach((p, i) => {
        const v = p.In === "header" ? notNull(this.sent(i)) : undefined;
        if (v !== undefined) set(p.Wire, plain(v), p.Name);
      });
      if (this.page.in === "header") this.page.fields.forEach(([n, v]) => set(n, v, "the page's " + n));
      this.credential("header").forEach(([n, v]) => headers.set(canonical(n), v));
      return headers;
    }

    body() {
      const b = this.op.Body;
      if (!b) return ["", ""];
      switch (b.Format) {
        case "form": return [this.form(b), b.MediaType || "application/x-www-form-urlencoded"];
        case "raw": return [plain(notNull(this.eval(b.Root))), b.MediaType || "application/octet-stream"];
      }
      return [this.json(b), b.MediaType || "application/json"];
    }

    json(b) {
      let root = this.eval(b.Root);
      const first = this.credential("body").map(([n, v]) => [n, text(v)]), last = this.lastFields();
      if (!first.length && !last.length) return root === undefined ? "" : root.raw;
      root ??= object([]);
      if (root.kind !== "object") refuse("the body is no object, so the credential or the page has no place in it");
      const beside = last.filter(([n]) => !n.includes(".")), deep = last.filter(([n]) => n.includes("."));
      const taken = new Set([...first, ...beside].map(([n]) => n));
      let out = object([...first, ...root.members.filter(([n]) => !taken.has(n)), ...beside]);
      for (const [name, v] of deep) out = placed(out, name.split("."), v);
      return out.raw;
    }

    lastFields() {
      if (this.page.in !== "body") return [];
      const p = this.op.Paging;
      return this.page.fields.map(([n, v]) => [n, p.Mode !== "cursor" || n === p.Size ? bare(v) : text(v)]);
    }

    form(b) {
      const fields = [], add = (name, value) => fields.push(escapeQuery(name) + "=" + escapeQuery(value));
      this.credential("body").forEach(([n, v]) => add(n, v));
      const root = b.Root ?? {};
      if (root.Kind !== "object") this.eval(root)?.members?.forEach(([n, v]) => spread(n, v, b.Nested, add));
      for (const m of root.Kind === "object" ? root.Members ?? [] : []) {
        if (this.reserved("body", m.Name) || !this.holds(m.Value.When)) continue;
        const i = m.Value.Kind === "value" ? this.index(m.Value.Name) : -1;
        if (i >= 0) { this.parameter(m.Name, this.op.Params[i], this.sent(i), b.Nested, add); continue; }
        const v = this.eval(m.Value);
        if (v !== undefined) spread(m.Name, v, b.Nested, add);
      }
      if (root.Parameters) this.op.Params.forEach((p, i) => {
        if (this.inRoot(p) && !this.reserved("body", p.Wire)) this.parameter(p.Wire, p, this.sent(i), b.Nested, add);
      });
      this.lastFields().forEach(([n, v]) => add(n, plain(v)));
      return fields.join("&");
    }
  }

  // pieces cuts a path into its literal parts, each with the hole behind it.
  const pieces = (path) => {
    const out = [];
    let rest = path;
    for (let open; (open = rest.indexOf("{")) >= 0;) {
      const close = rest.indexOf("}", open);
      out.push([rest.slice(0, open), rest.slice(open + 1, close)]);
      rest = rest.slice(close + 1);
    }
    return [...out, [rest, undefined]];
  };

  // lastMembers keeps the last member of each name, in the place of the first.
  const lastMembers = (members) => [...new Map(members)];

  const placed = (v, path, value) => {
    if (!path.length) return value;
    const members = v?.kind === "object" ? v.members : [];
    const met = members.some(([n]) => n === path[0]);
    const out = members.map(([n, m]) => [n, n === path[0] ? placed(m, path.slice(1), value) : m]);
    return object(met ? out : [...out, [path[0], placed(undefined, path.slice(1), value)]]);
  };

  const canonical = (name) => name.toLowerCase().replace(/(^|-)[a-z]/g, (c) => c.toUpperCase());

  // build is the request for an input: {method, url, headers, body}.
  const build = (recipe, input) => {
    const b = new Builder(recipe, argumentsOf(recipe.Op, input, Object.keys(recipe.Credential ?? {})));
    const [base, query] = [recipe.Base + b.path(), b.query()];
    const [body, media] = b.body();
    return { method: recipe.Op.Method, url: base, query, headers: b.headers(media), body };
  };

  // -------------------------------------------------------------------- curl
  // As runtime/preview/curl.go prints it.

  const quoted = (s) => "'" + s.replace(/'/g, "'\\''") + "'";

  // shell is a text for a shell, with variables in the place of the masks.
  const shell = (masks, s) => {
    if (s === "") return "''";
    let out = "";
    while (s !== "") {
      let found = s.length, mask;
      for (const m of masks) {
        const i = s.indexOf(m.Word);
        if (i >= 0 && i < found) [found, mask] = [i, m];
      }
      if (found > 0) out += quoted(s.slice(0, found));
      if (mask) out += '"$' + mask.Env + '"';
      s = s.slice(found + (mask ? mask.Word.length : 0));
    }
    return out;
  };

  const curl = (recipe, input) => {
    const r = build(recipe, input), masks = recipe.Masks ?? [];
    const hides = (s) => masks.some((m) => s.includes(m.Word));
    const unescaped = (pair) => {
      const cut = pair.indexOf("="), value = pair.slice(cut + 1);
      return shell(masks, pair.slice(0, cut) + "=" + decodeURIComponent(value.replace(/\+/g, " ")));
    };
    const pairs = r.query.split("&").filter((p) => p !== ""), open = pairs.filter((p) => !hides(p)), secret = pairs.filter(hides);
    let first = "curl -sS -X " + r.method + " " + shell(masks, r.url + (open.length ? "?" + open.join("&") : ""));
    if (/[[\]{}]/.test(r.url + r.query)) first += " --globoff";
    const parts = [first, ...secret.map((p) => "--url-query " + unescaped(p))];
    for (const name of [...r.headers.keys()].sort()) parts.push(headerOption(masks, name, r.headers.get(name)));
    if (!r.headers.get("Accept")) parts.push("-H 'Accept:'");
    return [...parts, ...bodyOptions(r, masks, hides, unescaped)].join(" \\\n  ");
  };

  const headerOption = (masks, name, value) => {
    const basic = name === "Authorization" && /^Basic (.+)$/.exec(value);
    if (basic) {
      let plain = "";
      try { plain = atob(basic[1]); } catch { /* it is no base64 */ }
      if (masks.some((m) => plain.includes(m.Word))) return "-u " + shell(masks, plain);
    }
    return "-H " + shell(masks, value === "" ? name + ";" : name + ": " + value);
  };

  const bodyOptions = (r, masks, hides, unescaped) => {
    if (r.body === "") return ["POST", "PUT", "PATCH"].includes(r.method) ? ["-H 'Content-Length: 0'"] : [];
    const media = r.headers.get("Content-Type");
    if (r.body.includes("\0")) return ["--data-binary @body # " + new TextEncoder().encode(r.body).length + " bytes that no command line can hold"];
    if (!media) return ["-H 'Content-Type:'", "--data-raw " + shell(masks, r.body)];
    if (!media.startsWith("application/x-www-form-urlencoded") || !hides(r.body)) return ["--data-raw " + shell(masks, r.body)];
    const options = [];
    let open = [];
    const flush = () => { if (open.length) options.push("--data-raw " + shell(masks, open.join("&"))); open = []; };
    for (const pair of r.body.split("&")) {
      if (!hides(pair)) { open.push(pair); continue; }
      flush();
      options.push("--data-urlencode " + unescaped(pair));
    }
    flush();
    return options;
  };

  // ---------------------------------------------------------- other snippets
  // As snippets.go prints them.

  // pretty is an object with a member a line.
  const pretty = (v, indent) => v.members.length
    ? "{\n" + v.members.map(([name, m]) => indent + "  " + quote(name) + ": " + m.raw).join(",\n") + "\n" + indent + "}" : "{}";

  // laidOut is JSON over several lines, its scalars as they are spelled.
  const laidOut = (v, indent = "") => {
    const several = (open, parts, close) => parts.length ? open + "\n" + parts.map((p) => indent + "  " + p).join(",\n") + "\n" + indent + close : open + close;
    if (v.kind === "list") return several("[", v.items.map((e) => laidOut(e, indent + "  ")), "]");
    if (v.kind === "object") return several("{", v.members.map(([, m, key]) => key + ": " + laidOut(m, indent + "  ")), "}");
    return v.raw;
  };

  const command = (recipe, input) => [recipe.Command + " call " + recipe.Name].concat(parse(input).members.map(([name, v]) => {
    const p = recipe.Op.Params.find((p) => p.Name === name);
    return "-p " + name + "=" + quoted(p?.Type === "string" ? plain(v) : v.raw);
  })).join(" \\\n  ");

  // goText is a text as Go writes it: raw where it can be.
  const goText = (s) => /^[^`\x00-\x08\x0b-\x1f\x7f\ufeff]*$/.test(s) ? "`" + s + "`" : quote(s).replace(/\x7f/g, "\\x7f").replace(/\ufeff/g, "\\ufeff");

  const go = (recipe, input) => recipe.Go.replace("INPUT", () => goText(pretty(parse(input), "\t")));

  const mcp = (recipe, input) => '{\n  "jsonrpc": "2.0",\n  "id": 1,\n  "method": "tools/call",\n  "params": {\n    "name": ' + quote(recipe.Name) +
    ',\n    "arguments": ' + pretty(parse(input), "    ") + "\n  }\n}";

  return { Refused, parse, laidOut, quote, argumentsOf, build, curl, command, go, mcp };
})();

if (typeof module !== "undefined") module.exports = Connector;
