// Apollo Server 5 on Fastify 5, quicker than its own standalone server, with DataLoader: the same statements, objects and
// processes as Mercurius has (mercurius.mjs), executed by graphql-js. It keeps parsed and validated documents by itself; cache
// hints, usage reports and the check for cross-site requests are off.
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled'
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify'
import DataLoader from 'dataloader'
import Fastify from 'fastify'
import { Context, batched, resolvers, typeDefs } from './resolvers.mjs'

// A field of which the objects of a level are asked for together. It differs by arguments and selection, so it is not
// kept: Apollo asks for each once.
function loaded(batch) {
  return (obj, params, context, info) => {
    let loader = context.loaders.get(batch)
    if (!loader) context.loaders.set(batch, loader = new DataLoader(queries => batch(queries, context), { cache: false }))
    return loader.load({ obj, params, info })
  }
}

const app = Fastify()
const apollo = new ApolloServer({
  typeDefs,
  resolvers: [resolvers, Object.fromEntries(Object.entries(batched).map(([type, fields]) =>
    [type, Object.fromEntries(Object.entries(fields).map(([field, batch]) => [field, loaded(batch)]))]))],
  introspection: false,
  csrfPrevention: false,
  plugins: [ApolloServerPluginCacheControlDisabled(), fastifyApolloDrainPlugin(app)],
})
await apollo.start()
await app.register(fastifyApollo(apollo), { context: async request => new Context(request.headers) })
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
