// Judges of exports that live in JavaScript. Each prints what it finds wrong, a line
// each, and ends with 1 then; the Go tests run them.
//
//   node judge.mjs pages FILE…      every page compiles as MDX and holds no markup but Markdown's
//   node judge.mjs texts FILE       escaped texts read as MDX are the texts they were: [{text, escaped}]
//   node judge.mjs schemas FILE…    every schema is a schema of draft 2020-12 (ajv, strict)

import { readFileSync } from 'node:fs'
import { createProcessor } from '@mdx-js/mdx'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const faults = []
const processor = createProcessor({ remarkPlugins: [remarkFrontmatter, remarkGfm] })

// Nodes that a text of a manifest must never become.
const foreign = ['html', 'mdxJsxFlowElement', 'mdxJsxTextElement', 'mdxFlowExpression', 'mdxTextExpression', 'mdxjsEsm', 'image', 'footnoteReference', 'delete']

function walk(node, visit) {
  visit(node)
  for (const child of node.children ?? []) walk(child, visit)
}

async function page(file) {
  const source = readFileSync(file, 'utf8')
  await processor.process(source)
  const tree = processor.parse(source)
  if (tree.children[0].type !== 'yaml') faults.push(`${file}: no front matter`)
  walk(tree, node => {
    if (foreign.includes(node.type)) faults.push(`${file}:${node.position.start.line}: ${node.type}`)
    if (node.type === 'link' && /^[a-z]+:/i.test(node.url) && !node.url.startsWith('https://') && !ownLink(node)) faults.push(`${file}: a link to ${node.url}`)
  })
}

// remark-gfm makes links of addresses after it has read the escapes. Such a link says
// where it leads.
function ownLink(node) {
  const shown = node.children[0].value
  return node.url === `mailto:${shown}` || node.url === shown || node.url === `http://${shown}`
}

function text({ text, escaped }) {
  const tree = processor.parse(escaped)
  let read = ''
  walk(tree, node => {
    if (!['root', 'paragraph', 'text'].includes(node.type) && !(node.type === 'link' && ownLink(node))) faults.push(`${JSON.stringify(text)} has a ${node.type}: ${JSON.stringify(escaped)}`)
    if (node.type === 'text') read += node.value
  })
  if (read !== text) faults.push(`${JSON.stringify(text)} is read as ${JSON.stringify(read)}: ${JSON.stringify(escaped)}`)
}

function schema(file) {
  const ajv = addFormats(new Ajv2020({ strict: true, allowUnionTypes: true, regExp: anyPattern }))
  ajv.compile(JSON.parse(readFileSync(file, 'utf8')))
}

// Patterns are RE2's; those that JavaScript does not know are for others to judge.
function anyPattern(pattern, flags) {
  try {
    return new RegExp(pattern, flags)
  } catch {
    return /(?:)/u
  }
}
anyPattern.code = 'new RegExp'

const judges = {
  pages: page,
  schemas: schema,
  texts: file => JSON.parse(readFileSync(file, 'utf8')).forEach(text),
}

const [what, ...files] = process.argv.slice(2)
for (const file of files) {
  try {
    await judges[what](file)
  } catch (error) {
    faults.push(`${file}: ${error.message}`)
  }
}
faults.forEach(f => console.log(f))
if (files.length === 0) console.log('nothing to judge')
process.exit(faults.length > 0 || files.length === 0 ? 1 : 0)
