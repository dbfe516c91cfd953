// The objects of the API, made of rows. A row is an array; `at` is where the columns of the object begin in it, in the
// order of the column lists here.
import { globalId, cursorOf } from './relay.mjs'

const PUBLIC_URL = process.env.PUBLIC_URL
const FILES = { THUMB: '/thumb.jpg', SMALL: '/small.jpg', MEDIUM: '/medium.jpg', LARGE: '/large.jpg' }

// Mercurius tells what its loaders are asked for by the JSON text of the object: the key is enough.
class Row {
  constructor(type, key) {
    this.id = globalId(type, key)
    this.key = key
  }

  toJSON() { return this.key }
}

export const PHOTO = 'p.id, p.state, p.width, p.height, p.blurhash, p.dominant_color, p.object_token'

export class Photo extends Row {
  constructor(row, at = 0) {
    super('Photo', row[at])
    this.state = row[at + 1]
    this.width = row[at + 2]
    this.height = row[at + 3]
    this.blurhash = row[at + 4]
    this.dominantColor = row[at + 5]
    this.address = PUBLIC_URL + 'renditions/' + this.key + '-' + row[at + 6]
  }

  url({ size }) { return this.state === 'READY' ? this.address + FILES[size] : null }
}

export const USER = `u.id, u.username, u.display_name, u.bio, u.website, u.is_private, u.style_count, u.follower_count,
  u.following_count`
const USER_END = 9

// has looks a row up for each object by itself: PostgreSQL would rather read everything of the viewer's once, which are
// five thousand follows for some. The offset keeps it from that.
export const has = what => `exists (select from ${what} offset 0)`

// What most screens show of people besides; $1 is the viewer.
export const CHIP = `${USER}, ${has('follows v where v.follower_id = $1 and v.followee_id = u.id')}, ${PHOTO}`
export const AVATAR = 'left join photos p on p.id = u.avatar_photo_id'
export const CHIP_END = USER_END + 8

export class User extends Row {
  constructor(row, at = 0) {
    super('User', row[at])
    this.username = row[at + 1]
    this.displayName = row[at + 2]
    this.bio = row[at + 3]
    this.website = row[at + 4]
    this.isPrivate = row[at + 5]
    this.styleCount = row[at + 6]
    this.followerCount = row[at + 7]
    this.followingCount = row[at + 8]
    this.chip = undefined // what is not there yet is loaded when it is asked for
    this.relation = undefined
  }

  static withChip(row, at = 0) {
    const user = new User(row, at)
    user.chip = chipOf(row, at + USER_END)
    return user
  }
}

export const chipOf = (row, at) => ({ viewerFollows: row[at], avatar: row[at + 1] === null ? null : new Photo(row, at + 1) })

export const STYLE = `s.id, s.author_id, s.state, s.caption, s.created_at, s.photo_ids, s.item_ids, s.tag_ids, s.mention_ids,
  s.like_count, s.comment_count, s.collect_count, s.item_info_request_count`
const STYLE_END = 13

export const FLAGS = `${has('likes l where l.style_id = s.id and l.user_id = $1')},
  ${has('collection_styles c where c.style_id = s.id and c.owner_id = $1')},
  ${has('item_info_requests r where r.style_id = s.id and r.user_id = $1')}`

export class Style extends Row {
  constructor(row, at = 0) {
    super('Style', row[at])
    this.authorKey = row[at + 1]
    this.state = row[at + 2]
    this.caption = row[at + 3]
    this.createdAt = row[at + 4]
    this.photoKeys = row[at + 5]
    this.itemKeys = row[at + 6]
    this.tagKeys = row[at + 7]
    this.mentionKeys = row[at + 8]
    this.likeCount = row[at + 9]
    this.commentCount = row[at + 10]
    this.collectCount = row[at + 11]
    this.itemInfoRequestCount = row[at + 12]
    this.flags = undefined
    this.author = undefined
  }

  // STYLE, FLAGS, CHIP
  static card(row) {
    const style = new Style(row)
    style.flags = flagsOf(row, STYLE_END)
    style.author = User.withChip(row, STYLE_END + 3)
    return style
  }
}

export const flagsOf = (row, at) => ({ liked: row[at], collected: row[at + 1], requestedItemInfo: row[at + 2] })

export const COMMENT = 'c.id, c.body, c.created_at, c.is_item_info_request, c.reply_to_id'
export const COMMENT_END = 5

export class Comment extends Row {
  constructor(row, at, author) {
    super('Comment', row[at])
    this.body = row[at + 1]
    this.createdAt = row[at + 2]
    this.isItemInfoRequest = row[at + 3]
    this.replyToKey = row[at + 4]
    this.author = author
  }
}

export class ItemTag extends Row {
  constructor(row) {
    super('ItemTag', row[0])
    this.photoKey = row[1]
    this.x = row[2]
    this.y = row[3]
    this.name = row[4]
    this.priceMinor = row[5]
    this.currency = row[6]
    this.shopUrl = row[7]
    this.brand = row[8] === null ? null : { id: globalId('Brand', row[8]), slug: row[9], name: row[10] }
  }
}

// A page of a list of which one more was read than asked for.
export class Page {
  constructor(objects, size) {
    this.hasNextPage = objects.length > size
    if (this.hasNextPage) objects.length = size
    this.nodes = objects
  }

  get edges() { return this.nodes.map(node => ({ cursor: cursorOf(node.key), node })) }

  get pageInfo() {
    const last = this.nodes.at(-1)
    return { hasNextPage: this.hasNextPage, endCursor: last ? cursorOf(last.key) : null }
  }
}
