import { mutate, query, Refused, signedIn, signIn, signOut, whenSignedOut } from './api'
import { bell, PHOTO, ready, type Photo } from './live'

interface Style { id: string; caption: string; likeCount: number; viewerHasLiked: boolean; author: { username: string }; photos: Photo[] }
interface Page { nodes: Style[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }

const CARD = `id caption likeCount viewerHasLiked author { id username } photos { ${PHOTO} }`
const HOME = `query HomeFeed($after: String) { viewer { user { id username } unreadNotificationCount
  feed(first: 20, after: $after) { nodes { ${CARD} } pageInfo { hasNextPage endCursor } } } }`
const LIKE = 'mutation Like($input: LikeStyleInput!) { likeStyle(input: $input) { style { id likeCount viewerHasLiked } userErrors { field code message } } }'
const UNLIKE = 'mutation Unlike($input: UnlikeStyleInput!) { unlikeStyle(input: $input) { style { id likeCount viewerHasLiked } userErrors { field code message } } }'
const START = `mutation StartUpload($input: CreateUploadInput!) { createUpload(input: $input) {
  photo { id } upload { method url headers { name value } } userErrors { field code message } } }`
const FINISH = 'mutation FinishUpload($input: CompleteUploadInput!) { completeUpload(input: $input) { photo { id state } userErrors { field code message } } }'
const PUBLISH = `mutation Publish($input: PublishStyleInput!) { publishStyle(input: $input) { style { ${CARD} } userErrors { field code message } } }`

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T
const feed = element('feed')
let next: string | null = null
let stopBell = () => {}

whenSignedOut(show)
element<HTMLFormElement>('sign-in').onsubmit = event => attempt(event, async form => {
  await signIn(String(form.get('login')), String(form.get('password')))
  await show()
})
element('sign-out').onclick = () => signOut().catch(complain)
element('more').onclick = () => load().catch(complain)
element<HTMLFormElement>('publish').onsubmit = event => attempt(event, publish)
show().catch(complain)

/** Shows the page that fits: the feed for somebody signed in, else the form. */
async function show() {
  stopBell()
  for (const id of ['home', 'bell', 'sign-out']) element(id).hidden = !signedIn()
  element('sign-in').hidden = signedIn()
  feed.replaceChildren()
  element('bell-list').replaceChildren()
  next = null
  if (!signedIn()) return
  await load()
  stopBell = bell(event => {
    element('unread').textContent = String(event.unreadNotificationCount)
    const item = document.createElement('li')
    item.textContent = event.notification.message
    element('bell-list').prepend(item)
  })
}

async function load() {
  const { viewer } = await query<{ viewer: { unreadNotificationCount: number; feed: Page } | null }>(HOME, { after: next })
  if (!viewer) return
  element('unread').textContent = String(viewer.unreadNotificationCount)
  feed.append(...viewer.feed.nodes.map(card))
  next = viewer.feed.pageInfo.endCursor
  element('more').hidden = !viewer.feed.pageInfo.hasNextPage
}

function card(style: Style): HTMLElement {
  const item = document.createElement('li')
  item.dataset.id = style.id
  const photos = document.createElement('div')
  photos.className = 'photos'
  photos.append(...style.photos.map(picture))
  const caption = document.createElement('p')
  caption.className = 'caption'
  caption.textContent = `${style.author.username}  ${style.caption}` // as text: a caption is whatever somebody typed
  item.append(photos, caption, likeButton(style))
  return item
}

// The place is kept before the picture comes, in its colour.
function picture(photo: Photo): HTMLImageElement {
  const img = new Image(photo.width ?? undefined, photo.height ?? undefined)
  img.style.background = photo.dominantColor ?? ''
  img.loading = 'lazy'
  img.alt = ''
  if (photo.small) img.src = photo.small
  return img
}

// A like shows at once and is taken back where the server refuses it.
function likeButton(style: Style): HTMLButtonElement {
  const button = document.createElement('button')
  const draw = (liked: boolean, count: number) => {
    button.setAttribute('aria-pressed', String(liked))
    button.textContent = `${liked ? '♥' : '♡'} ${count}`
  }
  let now = { viewerHasLiked: style.viewerHasLiked, likeCount: style.likeCount }
  draw(now.viewerHasLiked, now.likeCount)
  button.onclick = async () => {
    const wanted = !now.viewerHasLiked
    draw(wanted, now.likeCount + (wanted ? 1 : -1))
    button.disabled = true
    try {
      const payload = await mutate<{ style: typeof now | null }>(wanted ? LIKE : UNLIKE, { styleId: style.id })
      if (payload.style) now = payload.style
    } catch (error) {
      complain(error)
    } finally {
      button.disabled = false
      draw(now.viewerHasLiked, now.likeCount)
    }
  }
  return button
}

// The file goes to the object store, not through the API; the style appears when its renditions are made.
async function publish(form: FormData) {
  const file = form.get('photo') as File
  const progress = (text: string) => { element('progress').textContent = text }
  progress('…')
  try {
    const { photo, upload } = await mutate<{
      photo: { id: string }; upload: { method: string; url: string; headers: { name: string; value: string }[] }
    }>(START, { contentType: file.type, byteSize: file.size })
    const sent = await fetch(upload.url, { method: upload.method, headers: upload.headers.map(h => [h.name, h.value] as [string, string]), body: file })
    if (!sent.ok) throw new Error(`upload: ${sent.status}`)
    await mutate(FINISH, { photoId: photo.id })
    const { style } = await mutate<{ style: Style }>(PUBLISH, { photoIds: [photo.id], caption: String(form.get('caption')) })
    const made = await ready(photo.id, progress)
    feed.prepend(card({ ...style, photos: [made] }))
    element<HTMLFormElement>('publish').reset()
  } finally {
    progress('')
  }
}

async function attempt(event: SubmitEvent, f: (form: FormData) => Promise<void>) {
  event.preventDefault()
  element('problem').textContent = ''
  const button = event.submitter as HTMLButtonElement
  button.disabled = true
  try {
    await f(new FormData(event.target as HTMLFormElement))
  } catch (error) {
    complain(error)
  } finally {
    button.disabled = false
  }
}

function complain(error: unknown) {
  console.warn(error)
  element('problem').textContent = error instanceof Refused ? error.message : '잠시 뒤에 다시 해 주세요.'
}
