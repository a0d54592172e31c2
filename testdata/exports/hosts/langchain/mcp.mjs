// LangChain, over MCP: the tools of `livestorm mcp`, ready for any model or agent.
//
//   LIVESTORM_API_TOKEN=… node mcp.mjs

import { MultiServerMCPClient } from '@langchain/mcp-adapters'

const client = new MultiServerMCPClient({
  mcpServers: {
    livestorm: { transport: 'stdio', command: 'livestorm', args: ['mcp'], env: { ...process.env } },
    // or, with a server of its own: { transport: 'http', url: 'http://127.0.0.1:8080/mcp' }
  },
})

const tools = await client.getTools() // pass these to createAgent({ model, tools })

// What the agent does when the model asks for the tool; no model is needed to see it.
const listEvents = tools.find(tool => tool.name === 'list_events')
console.log(JSON.stringify(await listEvents.invoke({ title_filter: 'onboarding' })))

await client.close()
