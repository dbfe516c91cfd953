// What an app does with the typed documents: a screen, a like that may be sent again, and one page more.
import { Client, fetchExchange } from '@urql/core'
import { HomeFeedDocument, LikeDocument, PhotoCardFragmentDoc, StyleCardFragmentDoc } from './urql/graphql'
import { useFragment as read } from './urql'

export function connect(url: string, accessToken: string): Client {
  return new Client({
    url,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: { Authorization: `Bearer ${accessToken}` } },
  })
}

/** A page of the feed: captions with the addresses of their pictures, and the cursor of the next page. */
export async function page(client: Client, after: string | null) {
  const { data, error } = await client.query(HomeFeedDocument, { after })
  if (error) throw error
  const feed = data?.viewer?.feed
  const styles = feed?.nodes.map((node) => {
    const style = read(StyleCardFragmentDoc, node)
    const photos = read(PhotoCardFragmentDoc, style.photos)
    return { id: style.id, caption: style.caption, liked: style.viewerHasLiked, pictures: photos.map((photo) => photo.small) }
  })
  return { styles: styles ?? [], next: feed?.pageInfo.hasNextPage ? feed.pageInfo.endCursor : null }
}

/** Send it again with the same clientMutationId when no answer came: it counts once. */
export async function like(client: Client, styleId: string, clientMutationId: string) {
  const { data, error } = await client.mutation(LikeDocument, { input: { styleId, clientMutationId } })
  if (error) throw error
  const wrong = data?.likeStyle.userErrors[0]
  if (wrong) throw new Error(wrong.message)
  return data?.likeStyle.style?.likeCount
}
