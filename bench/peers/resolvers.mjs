// What Mercurius and Apollo resolve alike: `resolvers` one at a time, `batched` for all objects of a level at once.
import DataLoader from 'dataloader'
import { readFileSync } from 'node:fs'
import * as reading from './reading.mjs'
import { keyOf } from './relay.mjs'
import * as writing from './writing.mjs'

export const typeDefs = readFileSync(new URL('schema.graphql', import.meta.url), 'utf8')

// Context is one request.
export class Context {
  constructor(headers) {
    this.viewer = headers['x-viewer'] ?? '0'
    this.loaders = new Map()
  }

  // load is for what the statement of an object has left out because the document did not seem to ask for it.
  load(batch, key) {
    let loader = this.loaders.get(batch)
    if (!loader) this.loaders.set(batch, loader = new DataLoader(keys => batch(this.viewer, keys)))
    return loader.load(key)
  }
}

const chipOf = async (user, context) => (await context.load(reading.chips, user.key)).chip
const relationOf = (user, context) => user.relation ?? context.load(reading.relations, user.key)
const flagsOf = (style, context) => style.flags ?? context.load(reading.flags, style.key)

// A field that is there already is given at once: a promise for each costs more than the field.
const then = (value, pick) => (value instanceof Promise ? value.then(pick) : pick(value))

class Viewer {
  constructor(key) { this.key = key }

  account() { return this.read ??= reading.account(this.key) }
}

const ofAccount = field => async viewer => (await viewer.account())[field]

const notFound = field => ({ field: [field], code: 'NOT_FOUND', message: 'This does not exist, or not any more.' })

const resolvers = {
  Query: {
    viewer: (_, __, { viewer }) => (viewer === '0' ? null : new Viewer(viewer)),
    user: (_, { username }, { viewer }) => reading.userByName(viewer, username),
    style: (_, { id }, { viewer }) => {
      const key = keyOf('Style', id)
      return key && reading.style(viewer, key)
    },
  },
  Mutation: {
    likeStyle: async (_, { input: { styleId, clientMutationId } }, { viewer }) => {
      const key = keyOf('Style', styleId)
      const found = key !== null && await writing.like(viewer, key)
      return { style: found ? await reading.style(viewer, key) : null, clientMutationId, userErrors: found ? [] : [notFound('styleId')] }
    },
    publishStyle: async (_, { input: { photoIds, caption, clientMutationId } }, { viewer }) => {
      const { styleKey, userErrors } = await writing.publish(viewer, photoIds.map(id => keyOf('Photo', id) ?? '0'), caption)
      return { style: styleKey ? await reading.style(viewer, styleKey) : null, clientMutationId, userErrors }
    },
  },
  Viewer: {
    user: ofAccount('user'),
    email: ofAccount('email'),
    emailVerified: ofAccount('emailVerified'),
    locale: ofAccount('locale'),
    timeZone: ofAccount('timeZone'),
    feed: (viewer, args) => reading.feed(viewer.key, args),
    unreadNotificationCount: viewer => reading.unreadNotificationCount(viewer.key),
    sessions: viewer => reading.sessions(viewer.key),
  },
  User: {
    avatar: (user, _, context) => then(user.chip ?? chipOf(user, context), chip => chip.avatar),
    viewerFollows: (user, _, context) => then(user.chip ?? chipOf(user, context), chip => chip.viewerFollows),
    viewerHasRequestedFollow: (user, _, context) => then(relationOf(user, context), relation => relation.viewerHasRequestedFollow),
    followsViewer: (user, _, context) => then(relationOf(user, context), relation => relation.followsViewer),
  },
  Style: {
    author: (style, _, context) => style.author ?? context.load(reading.chips, style.authorKey),
    viewerHasLiked: (style, _, context) => then(flagsOf(style, context), flags => flags.liked),
    viewerHasCollected: (style, _, context) => then(flagsOf(style, context), flags => flags.collected),
    viewerHasRequestedItemInfo: (style, _, context) => then(flagsOf(style, context), flags => flags.requestedItemInfo),
  },
  Photo: { url: (photo, args) => photo.url(args) },
}

const batched = {
  User: { styles: reading.styles },
  Style: { photos: reading.photos, comments: reading.comments, items: reading.items, tags: reading.tags, mentions: reading.mentions },
  ItemTag: { photo: reading.photoOfItem },
  Comment: { replyTo: reading.replyTo },
}

export { resolvers, batched }
