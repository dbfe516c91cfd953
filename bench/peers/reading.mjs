// What is read, each list of many parents in one statement. The SQL follows models/lists.go and models/byid.go, without
// blocks, mutes and private accounts.
import { arrayOf, keysIn, statement } from './database.mjs'
import { asksFor } from './lookahead.mjs'
import {
  AVATAR, CHIP, CHIP_END, COMMENT, COMMENT_END, FLAGS, PHOTO, STYLE, USER,
  Comment, ItemTag, Page, Photo, Style, User, flagsOf, has,
} from './objects.mjs'
import { afterKey, globalId } from './relay.mjs'

const CARD = `${STYLE}, ${FLAGS}, ${CHIP}`
const SHOWN = `(s.deleted_at is null and (s.state = 'PUBLISHED' or s.author_id = $1))`

const readFeed = statement('feed', `select ${CARD} from (
    (select e.style_id as id from feed_entries e where e.reader_id = $1 and e.style_id < $2 order by e.style_id desc limit $3)
    union
    (select m.id from follows w cross join lateral (
        select s.id from styles s where s.author_id = w.followee_id and s.state = 'PUBLISHED' and s.deleted_at is null and s.id < $2
          order by s.id desc limit $3) m
      where w.follower_id = $1 and w.merged order by m.id desc limit $3)
    order by id desc limit $3) f
  join styles s on s.id = f.id join users u on u.id = s.author_id ${AVATAR} where ${SHOWN} order by s.id desc`)

const sizeOf = first => first ?? 20

export async function feed(viewer, { first, after }) {
  const size = sizeOf(first)
  return new Page((await readFeed(viewer, afterKey(after), size + 1)).map(Style.card), size)
}

const readStyle = statement('style', `select ${CARD} from styles s join users u on u.id = s.author_id ${AVATAR}
  where s.id = $2 and ${SHOWN}`)

export async function style(viewer, key) {
  const [row] = await readStyle(viewer, key)
  return row ? Style.card(row) : null
}

const RELATION = `${has('follows v where v.follower_id = u.id and v.followee_id = $1')},
  ${has('follow_requests v where v.follower_id = $1 and v.followee_id = u.id')}`
const relationOf = (row, at) => ({ followsViewer: row[at], viewerHasRequestedFollow: row[at + 1] })

const readUser = statement('user', `select ${CHIP}, ${RELATION} from users u ${AVATAR} where u.username = $2`)

export async function userByName(viewer, username) {
  const [row] = await readUser(viewer, username.toLowerCase())
  if (!row) return null
  const user = User.withChip(row)
  user.relation = relationOf(row, CHIP_END)
  return user
}

const readAccount = statement('account', `select ${CHIP}, a.email, a.email_verified_at is not null, a.locale, a.time_zone
  from users u join accounts a on a.user_id = u.id ${AVATAR} where u.id = $1`)

export async function account(viewer) {
  const [row] = await readAccount(viewer)
  return { user: User.withChip(row), email: row[CHIP_END], emailVerified: row[CHIP_END + 1], locale: row[CHIP_END + 2], timeZone: row[CHIP_END + 3] }
}

const readUnread = statement('unread', `select count(*)::int from notifications where recipient_id = $1 and read_at is null and actor_count > 0`)

export const unreadNotificationCount = async viewer => (await readUnread(viewer))[0][0]

const readSessions = statement('sessions', `select id, user_agent, last_seen_at from sessions
  where user_id = $1 and revoked_at is null and expires_at > now() order by id desc limit 100`)

// A contender is told the viewer, not the session: it takes the latest for the one that asks.
export const sessions = async viewer => (await readSessions(viewer)).map(([key, userAgent, lastSeenAt], i) =>
  ({ id: globalId('Session', key), userAgent, lastSeenAt, isCurrent: i === 0 }))

// ── lists, of many parents at once ──────────────────────────────────────────

const stylesOfUsers = (columns, joins) => `select ${columns} from unnest($2::bigint[]) as x(id) cross join lateral (
    select * from styles s where s.author_id = x.id and ${SHOWN} and s.id < $3 order by s.id desc limit $4) s ${joins} order by s.id desc`
const readTiles = statement('tiles', stylesOfUsers(STYLE, ''))
const readCards = statement('cards', stylesOfUsers(CARD, `join users u on u.id = s.author_id ${AVATAR}`))

const ofCard = ['author', 'viewerHasLiked', 'viewerHasCollected', 'viewerHasRequestedItemInfo']

export const styles = pages(info => asksFor(info, ...ofCard), async (viewer, isCard, keys, after, limit) => {
  const rows = isCard ? await readCards(viewer, keys, after, limit) : await readTiles(viewer, keys, after, limit)
  return rows.map(row => (isCard ? Style.card(row) : new Style(row)))
}, style => style.authorKey)

const commentsOfStyles = (author, join) => `select c.style_id, ${COMMENT}, ${author} from unnest($2::bigint[]) as x(id) cross join lateral (
    select * from comments c where c.style_id = x.id and c.id < $3 order by c.id desc limit $4) c
  join users u on u.id = c.author_id ${join} where $1::bigint is not null order by c.id desc`
const readComments = statement('comments', commentsOfStyles(USER, ''))
const readThread = statement('thread', commentsOfStyles(CHIP, AVATAR))

export const comments = pages(info => asksFor(info, 'avatar', 'viewerFollows'), async (viewer, withChips, keys, after, limit) => {
  const rows = withChips ? await readThread(viewer, keys, after, limit) : await readComments(viewer, keys, after, limit)
  return rows.map(row => {
    const author = withChips ? User.withChip(row, 1 + COMMENT_END) : new User(row, 1 + COMMENT_END)
    const comment = new Comment(row, 1, author)
    comment.styleKey = row[0]
    return comment
  })
}, comment => comment.styleKey)

// pages gives a batch function for a connection: what is asked for alike is read in one statement.
function pages(variant, read, parentOf) {
  return async (queries, { viewer }) => {
    const out = new Array(queries.length)
    const groups = Object.groupBy(queries.keys(), i => {
      const { params, info } = queries[i]
      return `${sizeOf(params.first)}:${params.after ?? ''}:${variant(info)}`
    })
    await Promise.all(Object.values(groups).map(async places => {
      const { params, info } = queries[places[0]], size = sizeOf(params.first)
      const objects = await read(viewer, variant(info), arrayOf(places.map(i => queries[i].obj.key)), afterKey(params.after), size + 1)
      const byParent = new Map(places.map(i => [queries[i].obj.key, []]))
      for (const object of objects) byParent.get(parentOf(object)).push(object)
      for (const i of places) out[i] = new Page(byParent.get(queries[i].obj.key), size)
    }))
    return out
  }
}

// listed gives a batch function for a list whose keys the object carries.
function listed(keysOf, read) {
  return async queries => {
    const lists = queries.map(q => keysIn(q.obj[keysOf]))
    const wanted = lists.flat()
    if (wanted.length === 0) return lists
    const byKey = new Map((await read(arrayOf(wanted))).map(object => [object.key, object]))
    return lists.map(keys => keys.map(key => byKey.get(key)).filter(Boolean))
  }
}

const readPhotos = statement('photos', `select ${PHOTO} from photos p where p.id = any($1)`)
const readItems = statement('items', `select i.id, i.photo_id, i.x, i.y, i.name, i.price_minor, i.currency, i.shop_url, b.id, b.slug, b.name
  from item_tags i left join brands b on b.id = i.brand_id where i.id = any($1)`)
const readTags = statement('tags', 'select id, name from tags where id = any($1)')
const readPeople = statement('people', `select ${USER} from users u where u.id = any($1)`)

const photosByKey = async keys => (await readPhotos(keys)).map(row => new Photo(row))

export const photos = listed('photoKeys', photosByKey)
export const items = listed('itemKeys', async keys => (await readItems(keys)).map(row => new ItemTag(row)))
export const tags = listed('tagKeys', async keys => (await readTags(keys)).map(([key, name]) => ({ key, id: globalId('Tag', key), name })))
export const mentions = listed('mentionKeys', async keys => (await readPeople(keys)).map(row => new User(row)))

// ── single objects, of many parents at once ─────────────────────────────────

const beyondId = info => asksFor(info, 'state', 'width', 'height', 'blurhash', 'dominantColor', 'url')

export async function photoOfItem(queries) {
  if (!beyondId(queries[0].info)) return queries.map(q => ({ id: globalId('Photo', q.obj.photoKey) }))
  const byKey = new Map((await photosByKey(arrayOf(queries.map(q => q.obj.photoKey)))).map(p => [p.key, p]))
  return queries.map(q => byKey.get(q.obj.photoKey))
}

const readReplied = statement('replied', `select ${COMMENT}, ${USER} from comments c join users u on u.id = c.author_id where c.id = any($1)`)

export async function replyTo(queries) {
  if (!asksFor(queries[0].info, 'author', 'body', 'createdAt', 'isItemInfoRequest', 'replyTo')) {
    return queries.map(({ obj: { replyToKey } }) => (replyToKey === null ? null : { id: globalId('Comment', replyToKey) }))
  }
  const keys = queries.map(q => q.obj.replyToKey).filter(key => key !== null)
  const rows = await readReplied(arrayOf(keys))
  const byKey = new Map(rows.map(row => [row[0], new Comment(row, 0, new User(row, COMMENT_END))]))
  return queries.map(q => byKey.get(q.obj.replyToKey) ?? null)
}

// ── what an object was read without ─────────────────────────────────────────

const later = (name, columns, from, make) => {
  const read = statement(name, `select ${columns} from ${from}`)
  return async (viewer, keys) => {
    const byKey = new Map((await read(viewer, arrayOf(keys))).map(row => [row[0], make(row)]))
    return keys.map(key => byKey.get(key))
  }
}

export const chips = later('chips', CHIP, `users u ${AVATAR} where u.id = any($2)`, User.withChip)
export const relations = later('relations', `u.id, ${RELATION}`, 'users u where u.id = any($2)', row => relationOf(row, 1))
export const flags = later('flags', `s.id, ${FLAGS}`, 'styles s where s.id = any($2)', row => flagsOf(row, 1))
