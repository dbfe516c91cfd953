// Live notifications and the progress of a photo, over one WebSocket that comes back by itself.
import { createClient } from 'graphql-ws'
import { accessToken, CLIENT, socketURL } from './api'

export interface Photo { id: string; width: number | null; height: number | null; dominantColor: string | null; small: string | null }
export const PHOTO = 'id width height dominantColor small: url(size: SMALL)'

export interface BellEvent { cursor: string; unreadNotificationCount: number; notification: { id: string; message: string } }

const client = createClient({
  url: socketURL,
  connectionParams: async () => ({ ...CLIENT, Authorization: `Bearer ${await accessToken()}` }),
  retryAttempts: Infinity,
  // 44xx say that coming back with the same session is no use; 1013 and everything else, that it is.
  shouldRetry: event => !(event instanceof CloseEvent && event.code >= 4400 && event.code < 4500),
  retryWait: async attempt => { await new Promise(resolve => setTimeout(resolve, Math.min(30_000, 500 * 2 ** attempt) * (0.5 + Math.random() / 2))) },
})

/** Hears of what happens to the viewer until the returned function is called; what was missed meanwhile comes first. */
export function bell(heard: (event: BellEvent) => void): () => void {
  let after: string | null = null
  let stop = () => {}
  let over = false
  const listen = () => {
    stop = client.subscribe<{ notificationReceived: BellEvent }>({
      query: `subscription Bell($after: String) { notificationReceived(after: $after) { cursor unreadNotificationCount notification { id message } } }`,
      // Read anew each time that graphql-ws subscribes again after an outage.
      get variables() { return { after } },
    }, {
      next: ({ data }) => {
        if (!data) return
        after = data.notificationReceived.cursor
        heard(data.notificationReceived)
      },
      error: () => {},
      complete: () => { if (!over) listen() },
    })
  }
  listen()
  return () => { over = true; stop() }
}

/** Waits until the photo is READY and gives it, and fails with why it was refused. */
export async function ready(photoId: string, progress: (state: string) => void): Promise<Photo> {
  const states = client.iterate<{ photoUpdated: Photo & { state: string; rejection: string | null } }>({
    query: `subscription PhotoProgress($id: ID!) { photoUpdated(id: $id) { state rejection ${PHOTO} } }`, variables: { id: photoId },
  })
  for await (const { data } of states) {
    if (!data) continue
    progress(data.photoUpdated.state)
    if (data.photoUpdated.state === 'REJECTED') throw new Error(data.photoUpdated.rejection ?? 'REJECTED')
    if (data.photoUpdated.state === 'READY') return data.photoUpdated
  }
  throw new Error('the photo has gone')
}
