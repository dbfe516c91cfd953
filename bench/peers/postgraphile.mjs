// PostGraphile 5 on views and functions of its own (postgraphile.sql), with documents of its own (postgraphile.graphql) that
// take the same variables and give the same answers. Who asks is a setting of the transaction, as its users have it.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import pg from 'pg'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { constant } from 'postgraphile/grafast'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { extendSchema, gql } from 'postgraphile/utils'

const { DATABASE_URL, PORT, PUBLIC_URL } = process.env

const installer = new pg.Client(DATABASE_URL)
await installer.connect()
await installer.query(readFileSync(new URL('postgraphile.sql', import.meta.url), 'utf8').replace(':public_url', () => installer.escapeLiteral(PUBLIC_URL)))
await installer.end()

// What cannot be done is an error of the answer.
const userErrors = extendSchema({
  typeDefs: gql`
    type UserError { field: [String!] code: String! message: String! }
    extend type LikeStylePayload { userErrors: [UserError!]! }
    extend type PublishStylePayload { userErrors: [UserError!]! }
  `,
  objects: Object.fromEntries(['LikeStylePayload', 'PublishStylePayload'].map(name => [name, { plans: { userErrors: () => constant([]) } }])),
})

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [userErrors],
  disablePlugins: ['NodePlugin'], // the ids are ours
  schema: { defaultBehavior: '-resource:insert -resource:update -resource:delete' },
  pgServices: [makePgService({ connectionString: DATABASE_URL, poolConfig: { max: 8 }, schemas: ['peer'] })],
  grafserv: { graphiql: false, watch: false },
  grafast: { explain: false, context: ({ node }) => ({ pgSettings: { 'peer.viewer': node?.req?.headers['x-viewer'] ?? '0' } }) },
}
if (process.argv.includes('--schema')) {
  const { printSchema } = await import('graphql')
  console.log(printSchema((await postgraphile(preset).getSchemaResult()).schema))
  process.exit()
}
const server = createServer()
await postgraphile(preset).createServ(grafserv).addTo(server)
server.listen(Number(PORT), '127.0.0.1')
