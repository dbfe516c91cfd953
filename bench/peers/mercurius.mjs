// Mercurius on Fastify.
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
