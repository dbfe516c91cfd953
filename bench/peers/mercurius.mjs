// Mercurius 16 on Fastify 5, the quickest of the servers on Node that we know: documents are compiled from their second time on
// (jit: 1), lists are loaded for all objects of a level by its loaders. What it is as quick as it can be with:
// - what is one to one comes by a join in the statement of its parent, so that a page of the feed is four statements;
// - they are prepared, planned once and pipelined: two writes to PostgreSQL for a page (database.mjs);
// - fields that are there already are given at once, without a promise (resolvers.mjs);
// - one process for each core, with room for young garbage (cluster.mjs), on the newest Node with long support.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { Context, batched, resolvers, typeDefs } from './resolvers.mjs'

const app = Fastify()
const loaders = Object.fromEntries(Object.entries(batched).map(([type, fields]) =>
  [type, Object.fromEntries(Object.entries(fields).map(([field, loader]) => [field, { loader, opts: { cache: false } }]))]))

await app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  loaders,
  jit: 1,
  context: request => new Context(request.headers),
})
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
