// Relay wants each operation in a module of its name, with its kind behind it: HomeFeed becomes HomeFeedQuery in HomeFeed.ts.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parse, print } from 'graphql'

rmSync('relay', { recursive: true, force: true })
mkdirSync('relay/__generated__', { recursive: true })
const kinds = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }
for (const file of readdirSync('operations')) {
  for (const definition of parse(readFileSync(`operations/${file}`, 'utf8')).definitions) {
    const module = definition.name.value
    const suffix = definition.kind === 'OperationDefinition' ? kinds[definition.operation] : ''
    const renamed = { ...definition, name: { ...definition.name, value: module + suffix } }
    const text = `import { graphql } from 'relay-runtime'\n\nexport const document = graphql\`\n${print(renamed)}\n\`\n`
    writeFileSync(`relay/${module}.ts`, text)
  }
}
