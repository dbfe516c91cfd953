// PostGraphile 5 on views of its own (postgraphile.sql) and fields that it plans as its users write them
// (postgraphile-schema.mjs), with documents of its own (postgraphile.graphql) that take the same variables and give the same
// answers. What it is as quick as it can be with:
// - who asks is a parameter of the statements, not a setting, which would put a transaction around each of them;
// - a page of the feed is one statement: lists are ordered by what is selected, so that what is one to one is joined;
// - statements are prepared and planned once; nothing in them is an SQL function that is planned whenever it is called;
// - ids and addresses are made here, and answers are written as text at once (outputDataAsString);
// - plans are kept by document, in production mode (NODE_ENV), without explaining, without listening for changes.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import pg from 'pg'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { extensions } from './postgraphile-schema.mjs'

const { DATABASE_URL, PORT } = process.env

const installer = new pg.Client(DATABASE_URL)
await installer.connect()
await installer.query(readFileSync(new URL('postgraphile.sql', import.meta.url), 'utf8'))
await installer.end()

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [extensions],
  disablePlugins: ['NodePlugin'], // the ids are ours
  schema: { defaultBehavior: '-resource:insert -resource:update -resource:delete' },
  pgServices: [makePgService({ connectionString: DATABASE_URL, schemas: ['peer'], pubsub: false,
    poolConfig: { max: 4, options: '-c timezone=UTC -c plan_cache_mode=force_generic_plan' } })],
  grafserv: { graphiql: false, watch: false, outputDataAsString: true },
  grafast: { context: ({ node }) => ({ viewer: node?.req?.headers['x-viewer'] ?? '0' }) },
}
if (process.argv.includes('--schema')) {
  const { printSchema } = await import('graphql')
  console.log(printSchema((await postgraphile(preset).getSchemaResult()).schema))
  process.exit()
}
const server = createServer()
await postgraphile(preset).createServ(grafserv).addTo(server)
server.listen(Number(PORT), '127.0.0.1')
