// What is changed. A statement of several parts is one transaction, as any statement is.
import { arrayOf, inTransaction, statement } from './database.mjs'
import { hashtagsIn, mentionsIn } from './caption.mjs'

const OUTBOX = 'insert into outbox (kind, payload, created_at, available_at, generation, attempts)'

const insertLike = statement('like', `with style as (
    select s.id, s.author_id from styles s where s.id = $2 and s.deleted_at is null and (s.state = 'PUBLISHED' or s.author_id = $1)),
  liked as (insert into likes (style_id, user_id) select id, $1 from style on conflict do nothing returning style_id),
  counted as (update styles set like_count = like_count + 1 where id = (select style_id from liked)),
  told as (${OUTBOX} select 'notify', jsonb_build_object('recipientId', author_id, 'kind', 'STYLE_LIKED', 'subjectKind', 'Style',
      'subjectId', id, 'actorId', $1::bigint), now(), now(), 0, 0 from style join liked on style_id = id where author_id <> $1)
  select id from style`)

// like tells whether there is such a style.
export const like = async (viewer, styleKey) => (await insertLike(viewer, styleKey)).length > 0

// Everybody inserts tags in the same order, so that two captions with the same ones wait instead of dead-locking.
const MAKE_TAGS = `with made as (insert into tags (name, style_count) select name, 0 from unnest($1::text[]) name order by name
    on conflict do nothing returning id, name)
  select id, name from made union all select id, name from tags where name = any($1)`
const FIND_PEOPLE = 'select id, username from users where username = any($1)'
const TAKE_PHOTOS = `select id, state, style_id is not null or question_id is not null from photos where id = any($2) and owner_id = $1
  order by id for update`
const INSERT_STYLE = `with style as (insert into styles (author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids,
      like_count, comment_count, collect_count, item_info_request_count, created_at, published_at)
    values ($1, 'PUBLISHED', $3, $2, '{}', $4, '{}', $5, 0, 0, 0, 0, now(), now()) returning id),
  linked as (insert into style_tags (tag_id, style_id) select t, id from style, unnest($4::bigint[]) t),
  counted as (update users set style_count = style_count + 1 where id = $1),
  topics as (update tags set style_count = style_count + 1 where id = any($4)),
  told as (${OUTBOX} select 'style.fan_out', jsonb_build_object('styleId', id), now(), now(), 0, 0 from style)
  select id from style`
const MARK_PHOTOS = 'update photos set style_id = $2 where id = any($1)'

// publish gives the key of the new style, or what is wrong with the photos.
export function publish(viewer, photoKeys, caption) {
  return inTransaction(async run => {
    const photos = arrayOf(photoKeys)
    const taken = new Map((await run('take photos', TAKE_PHOTOS, viewer, photos)).map(([key, ...rest]) => [key, rest]))
    const userErrors = photoKeys.flatMap((key, i) => wrongWith(taken.get(key), ['photoIds', String(i)]))
    if (userErrors.length > 0) return { userErrors }
    const tags = await inOrder(run, 'make tags', MAKE_TAGS, hashtagsIn(caption))
    const mentions = await inOrder(run, 'find people', FIND_PEOPLE, mentionsIn(caption))
    const [[styleKey]] = await run('insert style', INSERT_STYLE, viewer, photos, caption, tags, mentions)
    await run('mark photos', MARK_PHOTOS, photos, styleKey)
    return { styleKey, userErrors }
  })
}

function wrongWith(photo, field) {
  if (!photo) return [{ field, code: 'NOT_FOUND', message: 'This does not exist, or not any more.' }]
  const [state, isUsed] = photo
  if (isUsed) return [{ field, code: 'NOT_ALLOWED', message: 'This photo is used already.' }]
  return state === 'READY' ? [] : [{ field, code: 'NOT_READY', message: 'The photo is not ready yet. Try again in a moment.' }]
}

// inOrder gives the keys that the statement finds for names, in their order.
async function inOrder(run, name, text, names) {
  if (names.length === 0) return '{}'
  const keys = new Map((await run(name, text, names)).map(([key, name]) => [name, key]))
  return arrayOf(names.filter(n => keys.has(n)).map(n => keys.get(n)))
}
