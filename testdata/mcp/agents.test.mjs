// The server as programs in TypeScript see it: the official client of the
// revisions with a handshake (@modelcontextprotocol/sdk) and the one of the newest
// (@modelcontextprotocol/client), over standard input and output and over HTTP.
// TestTypeScriptClients in cmd/livestorm builds the command, starts the stand-in
// API and runs this file; it says where both are in LIVESTORM and
// LIVESTORM_BASE_URL.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import * as newest from "@modelcontextprotocol/client";
import { StdioClientTransport as NewestStdio } from "@modelcontextprotocol/client/stdio";
import Ajv from "ajv/dist/2020.js";
import { encode } from "gpt-tokenizer/encoding/o200k_base";

const command = process.env.LIVESTORM;
const environment = { LIVESTORM_BASE_URL: process.env.LIVESTORM_BASE_URL, LIVESTORM_API_TOKEN: "sandbox" };
const running = [];
after(() => running.forEach((child) => child.kill("SIGTERM")));

// serve starts the server over HTTP and returns where it is.
async function serve(...args) {
  const child = spawn(command, ["mcp", "--http", "127.0.0.1:0", ...args], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  running.push(child);
  const [line] = await once(child.stderr, "data");
  return new URL(String(line).trim().split("mcp: ")[1]);
}

// Each way to be a client of a server with these flags.
const ways = {
  "sdk, stdio": async (args) => connected(new Client(me), new StdioClientTransport({ command, args: ["mcp", ...args], env: environment })),
  "sdk, http": async (args) => connected(new Client(me), new StreamableHTTPClientTransport(await serve(...args))),
  "client, stdio": async (args) => connected(new newest.Client(me), new NewestStdio({ command, args: ["mcp", ...args], env: environment })),
  "client, http": async (args) => connected(new newest.Client(me), new newest.StreamableHTTPClientTransport(await serve(...args))),
  "client, newest revision": async (args) =>
    connected(new newest.Client(me, { versionNegotiation: { mode: "auto" } }), new newest.StreamableHTTPClientTransport(await serve(...args))),
};
const me = { name: "agents", version: "1.0.0" };

async function connected(client, transport) {
  await client.connect(transport);
  return client;
}

function tokens(value) {
  return encode(JSON.stringify(value)).length;
}

for (const [way, connect] of Object.entries(ways)) {
  test(`${way}: tools are listed, called, and refused`, async () => {
    const client = await connect(["--allow-writes"]);
    const { tools } = await client.listTools();
    assert.equal(tools.length, 46);
    const ajv = new Ajv({ strict: true, allErrors: true });
    const schemas = new Map(tools.map((t) => [t.name, { in: ajv.compile(t.inputSchema), out: ajv.compile(t.outputSchema) }]));

    const valid = (name, result) => assert.ok(schemas.get(name).out(result.structuredContent), `${name}: ${JSON.stringify(result)}`);
    const call = async (name, args) => {
      assert.ok(schemas.get(name).in(args), `${name} takes ${JSON.stringify(args)}`);
      const result = await client.callTool({ name, arguments: args });
      valid(name, result);
      return result;
    };
    const people = await call("list_people", {});
    assert.equal(people.structuredContent.data.length, 10);
    assert.equal(people.content[0].text, "list_people: 10 items, complete");
    const made = await call("create_event", { owner_id: people.structuredContent.data[0].id, title: "Tour" });
    assert.equal(made.structuredContent.data.attributes.title, "Tour");
    const got = await call("get_event", { event_id: made.structuredContent.data.id });
    assert.deepEqual(got.structuredContent.data.id, made.structuredContent.data.id);

    const failed = await client.callTool({ name: "get_event", arguments: { event_id: "nowhere" } });
    valid("get_event", failed);
    assert.equal(failed.isError, true);
    assert.match(failed.content[0].text, /^API error \(404\)/);
    assert.ok(!schemas.get("get_event").in({}), "event_id is required");
    await assert.rejects(client.callTool({ name: "get_evnt", arguments: {} }), /unknown tool/);
    await client.close();
  });

  test(`${way}: a list is cut, and goes on where it was`, async () => {
    const client = await connect(["--max-result", "6000"]);
    const ids = [];
    let args = {};
    let calls = 0;
    do {
      const { structuredContent, _meta } = await client.callTool({ name: "list_events", arguments: args });
      assert.ok(JSON.stringify(structuredContent).length <= 6000);
      ids.push(...structuredContent.data.map((event) => event.id));
      args = { resume: _meta["modulex.dev/list"].resume };
      calls++;
    } while (args.resume);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length > 10 && calls > 1, `${ids.length} events in ${calls} calls`);
    await client.close();
  });
}

test("progress is told while a list is paged", async () => {
  const client = await ways["sdk, http"](["--max-result", "0"]);
  const told = [];
  await client.callTool({ name: "list_sessions", arguments: {} }, undefined, { onprogress: (p) => told.push(p.progress) });
  assert.ok(told.length >= 3, `${told}`);
  assert.deepEqual(told, told.toSorted((a, b) => a - b));
  await client.close();
});

test("writing is not offered unless it is allowed", async () => {
  const client = await ways["sdk, stdio"]([]);
  const { tools } = await client.listTools();
  assert.ok(tools.every((t) => t.annotations.readOnlyHint === true));
  await assert.rejects(client.callTool({ name: "delete_event", arguments: {} }), /--allow-writes=delete_event/);
  await client.close();
});

test("the listing fits into its budget of tokens", async (t) => {
  for (const [flags, most] of [[["--allow-writes"], 6000], [[], 6000], [["--search", "--allow-writes"], 1500]]) {
    const client = await ways["sdk, stdio"](flags);
    const n = tokens(await client.listTools());
    t.diagnostic(`${flags.join(" ") || "reading only"}: ${n} tokens`);
    assert.ok(n < most, `${flags}: ${n} tokens`);
    await client.close();
  }
});

test("the three tools of the search mode", async () => {
  const client = await ways["sdk, stdio"](["--search"]);
  const found = await client.callTool({ name: "find_actions", arguments: { query: "people of an event" } });
  assert.equal(found.structuredContent.actions[0].name, "list_event_people");
  const { structuredContent: about } = await client.callTool({ name: "describe_action", arguments: { name: "get_event" } });
  assert.deepEqual(about.inputSchema.required, ["event_id"]);
  const called = await client.callTool({ name: "call_action", arguments: { name: "list_people" } });
  assert.equal(called.structuredContent.data.length, 10);
  await client.close();
});

test("the server's token and the caller's credential", async () => {
  const child = spawn(command, ["mcp", "--http", "127.0.0.1:0"], {
    env: { LIVESTORM_BASE_URL: process.env.LIVESTORM_BASE_URL, LIVESTORM_MCP_TOKEN: "door" }, stdio: ["ignore", "ignore", "pipe"],
  });
  running.push(child);
  const [line] = await once(child.stderr, "data");
  const url = new URL(String(line).trim().split("mcp: ")[1]);
  const as = (headers) => new StreamableHTTPClientTransport(url, { requestInit: { headers } });
  await assert.rejects(new Client(me).connect(as({})));
  for (const credential of ["sandbox", JSON.stringify({ auth_type: "bearer_token", auth_data: { token: "sandbox" } })]) {
    const client = await connected(new Client(me), as({ Authorization: "Bearer door", "X-Connector-Credential": credential }));
    const { structuredContent } = await client.callTool({ name: "ping", arguments: {} });
    assert.deepEqual(structuredContent, { success: true, error: null });
    await client.close();
  }
  const client = await connected(new Client(me), as({ Authorization: "Bearer door" }));
  const refused = await client.callTool({ name: "ping", arguments: {} });
  assert.deepEqual(refused.structuredContent, { success: false, error: "Missing API token in auth_data." });
  await client.close();
});
