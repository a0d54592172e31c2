// LangChain, without a server: tools made of the exported ones, run by the command.
//
//   connectorgen export tools-anthropic > tools.json
//   LIVESTORM_API_TOKEN=… node command.mjs tools.json

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tool } from '@langchain/core/tools'

const exported = JSON.parse(readFileSync(process.argv[2], 'utf8'))

// The command prints the envelope and ends with 1 when the action failed: then too the
// envelope is what the model should read.
const call = (action, input) =>
  new Promise(resolve => {
    const child = execFile('livestorm', ['call', action, '--input', '-'], (_, stdout, stderr) => resolve(stdout || stderr))
    child.stdin.end(JSON.stringify(input))
  })

const tools = exported.map(({ name, description, input_schema }) =>
  tool(input => call(name, input), { name, description, schema: input_schema }),
) // pass these to createAgent({ model, tools })

// What the agent does when the model asks for the tool; no model is needed to see it.
const listEvents = tools.find(tool => tool.name === 'list_events')
console.log(await listEvents.invoke({ title_filter: 'onboarding' }))
