// What PostGraphile's schema has beside the columns and relations of postgraphile.sql.
import { listOfCodec, TYPES } from 'postgraphile/@dataplan/pg'
import { constant, context, lambda, object } from 'postgraphile/grafast'
import { extendSchema, gql } from 'postgraphile/utils'
import { sql } from 'postgraphile/pg-sql2'
import { globalId, keyOf } from './relay.mjs'

const { PUBLIC_URL } = process.env
const FILES = { THUMB: '/thumb.jpg', SMALL: '/small.jpg', MEDIUM: '/medium.jpg', LARGE: '/large.jpg' }
const KEYS = listOfCodec(TYPES.bigint)

// viewer is planned where the context is: every statement may then depend on it.
const viewer = () => {
  const $context = context()
  return $context.withLayerPlan(() => $context.get('viewer'))
}
const aliasOf = $row => $row.getClassStep().alias

const relayId = type => $row => lambda($row.get('id'), key => globalId(type, key), true)

// exists looks a row up for each object by itself; the offset keeps PostgreSQL from reading everything of the viewer's once.
const exists = from => $row => {
  const viewerKey = $row.getClassStep().placeholder(viewer(), TYPES.bigint)
  return $row.select(sql`exists (select from ${from(sql`${aliasOf($row)}.id`, viewerKey)} offset 0)`, TYPES.boolean, true)
}

// ordered gives a list an order that is its own, which leaves room for joins.
const ordered = ($list, ...by) => {
  $list.orderBy(...by)
  $list.setOrderIsUnique()
  return $list
}

// among finds the rows whose keys are in an array.
const among = (resource, $keys, by) => {
  const $list = resource.find()
  const keys = $list.placeholder($keys, KEYS)
  $list.where(sql`${$list.alias}.id = any(${keys})`)
  return ordered($list, by($list, keys))
}

const byKey = () => ({ attribute: 'id', direction: 'DESC' })
const byPlace = ($list, keys) => ({ fragment: sql`array_position(${keys}, ${$list.alias}.id)`, codec: TYPES.int, direction: 'ASC' })

// listed gives the rows whose keys an array of the row has, in its order.
const listed = (resource, array) => $row => among(resource, $row.get(array), byPlace)

export const extensions = extendSchema(build => {
  const { photos, users, styles, item_tags, tags, viewers, sessions, feed_page, like_style, publish_style } = build.input.pgRegistry.pgResources
  // written runs a function that changes something for the viewer. What cannot be done is an error of the answer.
  const written = (resource, ...steps) => {
    const $key = resource.execute([viewer(), ...steps].map(step => ({ step })), 'mutation')
    return object({ result: styles.get({ id: $key }) })
  }
  return {
    typeDefs: gql`
      type UserError { field: [String!] code: String! message: String! }
      extend type User { relayId: String! viewerFollows: Boolean! followsViewer: Boolean! viewerHasRequestedFollow: Boolean! }
      extend type Photo { relayId: String! url(size: String!): String }
      extend type Style {
        relayId: String!
        viewerHasLiked: Boolean! viewerHasCollected: Boolean! viewerHasRequestedItemInfo: Boolean!
        photosList: [Photo!]! itemsList: [ItemTag!]! tagsList: [Tag!]! mentionsList: [User!]!
      }
      extend type Brand { relayId: String! }
      extend type ItemTag { relayId: String! }
      extend type Tag { relayId: String! }
      extend type Comment { relayId: String! }
      extend type Session { relayId: String! isCurrent: Boolean! }
      type Place { hasNextPage: Boolean! endCursor: String }
      type FeedPage { nodesList: [Style!]! pageInfo: Place! }
      extend type Viewer { account: User! unreadNotificationCount: Int! sessionsList: [Session!]! feed(first: Int!, after: String): FeedPage! }
      extend type Query { viewer: Viewer style(id: String!): Style }
      input LikeStyleInput { styleId: String! }
      type LikeStylePayload { result: Style userErrors: [UserError!]! }
      input PublishStyleInput { photoIds: [String!]! caption: String! }
      type PublishStylePayload { result: Style userErrors: [UserError!]! }
      extend type Mutation { likeStyle(input: LikeStyleInput!): LikeStylePayload publishStyle(input: PublishStyleInput!): PublishStylePayload }
    `,
    objects: {
      Query: { plans: {
        viewer: () => viewers.get({ id: viewer() }),
        style: (_, { $id }) => styles.get({ id: lambda($id, id => keyOf('Style', id), true) }),
      } },
      User: { plans: {
        relayId: relayId('User'),
        viewerFollows: exists((id, viewer) => sql`public.follows f where f.follower_id = ${viewer} and f.followee_id = ${id}`),
        followsViewer: exists((id, viewer) => sql`public.follows f where f.follower_id = ${id} and f.followee_id = ${viewer}`),
        viewerHasRequestedFollow: exists((id, viewer) => sql`public.follow_requests f where f.follower_id = ${viewer} and f.followee_id = ${id}`),
      } },
      Photo: { plans: {
        relayId: relayId('Photo'),
        url: ($photo, { $size }) => lambda([$photo.get('id'), $photo.get('object_token'), $photo.get('state'), $size],
          ([id, token, state, size]) => state === 'READY' ? `${PUBLIC_URL}renditions/${id}-${token}${FILES[size]}` : null, true),
      } },
      Style: { plans: {
        relayId: relayId('Style'),
        viewerHasLiked: exists((id, viewer) => sql`public.likes l where l.style_id = ${id} and l.user_id = ${viewer}`),
        viewerHasCollected: exists((id, viewer) => sql`public.collection_styles c where c.style_id = ${id} and c.owner_id = ${viewer}`),
        viewerHasRequestedItemInfo: exists((id, viewer) => sql`public.item_info_requests r where r.style_id = ${id} and r.user_id = ${viewer}`),
        photosList: listed(photos, 'photo_ids'),
        itemsList: listed(item_tags, 'item_ids'),
        tagsList: listed(tags, 'tag_ids'),
        mentionsList: listed(users, 'mention_ids'),
      } },
      Brand: { plans: { relayId: relayId('Brand') } },
      ItemTag: { plans: { relayId: relayId('ItemTag') } },
      Tag: { plans: { relayId: relayId('Tag') } },
      Comment: { plans: { relayId: relayId('Comment') } },
      Session: { plans: {
        relayId: relayId('Session'),
        isCurrent: $session => $session.select(sql`row_number() over (order by ${aliasOf($session)}.id desc) = 1`, TYPES.boolean, true),
      } },
      Viewer: { plans: {
        account: $viewer => users.get({ id: $viewer.get('id') }),
        unreadNotificationCount: $viewer => $viewer.select(sql`(select count(*)::int from public.notifications n
          where n.recipient_id = ${aliasOf($viewer)}.id and n.read_at is null and n.actor_count > 0)`, TYPES.int, true),
        sessionsList: $viewer => {
          const $list = ordered(sessions.find({ user_id: $viewer.get('id') }), byKey())
          $list.setFirst(constant(100))
          return $list
        },
        feed: ($viewer, { $first, $after }) => feed_page.execute([{ step: $viewer.get('id') }, { step: $first }, { step: $after }]),
      } },
      FeedPage: { plans: {
        nodesList: $page => among(styles, $page.get('keys'), byKey),
        pageInfo: $page => $page,
      } },
      Place: { plans: { hasNextPage: $page => $page.get('has_next_page'), endCursor: $page => $page.get('end_cursor') } },
      Mutation: { plans: {
        likeStyle: (_, { $input }) => written(like_style, $input.get('styleId')),
        publishStyle: (_, { $input }) => written(publish_style, $input.get('photoIds'), $input.get('caption')),
      } },
      LikeStylePayload: { plans: { userErrors: () => constant([]) } },
      PublishStylePayload: { plans: { userErrors: () => constant([]) } },
    },
  }
})
