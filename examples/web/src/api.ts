// How an app talks to the API: one place that knows tokens, retries and errors.
declare const API: string

interface Tokens { accessToken: string; accessTokenExpiresAt: string; refreshToken: string }
interface UserError { field: string[] | null; code: string; message: string }
interface GraphQLError { message: string; extensions?: { code?: string } }
interface Answer<T> { data?: T | null; errors?: GraphQLError[] }

/** What the person can put right; its message is in their language. */
export class Refused extends Error {}
/** What the server or the network could not do. */
export class Failed extends Error {
  constructor(message: string, readonly code: string) { super(message) }
}

/** Which app asks: it decides which fields can be removed one day. */
export const CLIENT = { 'apollographql-client-name': 'example-web', 'apollographql-client-version': '1' }
const KEY = 'tokens'
const ATTEMPTS = 5
let refreshing: Promise<void> | undefined
let onSignedOut = () => {}

export const socketURL = API.replace(/^http/, 'ws') + '/graphql'
export const whenSignedOut = (f: () => void) => { onSignedOut = f }
export const signedIn = () => tokens() !== null

// A page keeps its tokens where the browser keeps pages' data; a phone has a keychain.
function tokens(): Tokens | null { return JSON.parse(localStorage.getItem(KEY) ?? 'null') }

/** Runs an operation, with a token where there is one. */
export async function query<T>(text: string, variables: object = {}): Promise<T> {
  await refreshIfOld()
  let answer = await send<T>(text, variables)
  if (code(answer) === 'UNAUTHENTICATED' && tokens()) {
    await refresh()
    answer = await send<T>(text, variables)
  }
  const error = answer.errors?.[0]
  if (error || !answer.data) throw new Failed(error?.message ?? 'no data', code(answer) ?? 'INTERNAL')
  return answer.data
}

/** Runs a mutation of one field. It is sent again until an answer comes, and counts once: the id stays the same. */
export async function mutate<T>(text: string, input: object): Promise<T> {
  const data = await query<Record<string, T & { userErrors: UserError[] }>>(text, { input: { ...input, clientMutationId: crypto.randomUUID() } })
  const payload = Object.values(data)[0]!
  const wrong = payload.userErrors[0]
  if (wrong) throw new Refused(wrong.message)
  return payload
}

async function send<T>(text: string, variables: object): Promise<Answer<T>> {
  for (let attempt = 1; ; attempt++) {
    let wait = 2 ** attempt * 250 * (0.5 + Math.random() / 2)
    try {
      const response = await fetch(API + '/graphql', {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Accept-Language': navigator.language,
          ...CLIENT,
          ...(tokens() ? { Authorization: `Bearer ${tokens()!.accessToken}` } : {}),
        },
        body: JSON.stringify({ query: text, variables }),
        signal: AbortSignal.timeout(15_000),
      })
      if (response.status < 500 && response.status !== 429) return await response.json()
      wait = Math.max(wait, Number(response.headers.get('Retry-After') ?? 0) * 1000)
    } catch { /* no answer, or half of one: the same request again does no harm */ }
    if (attempt === ATTEMPTS) throw new Failed('The server does not answer.', 'UNREACHABLE')
    await new Promise(resolve => setTimeout(resolve, wait))
  }
}

function code(answer: Answer<unknown>) { return answer.errors?.[0]?.extensions?.code }

export async function signIn(login: string, password: string) {
  const field = 'accessToken accessTokenExpiresAt refreshToken userErrors { field code message }'
  const payload = await mutate<Tokens>(`mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${field} } }`, { login, password })
  keep(payload)
}

export async function signOut() {
  try {
    await mutate('mutation SignOut($input: SignOutInput!) { signOut(input: $input) { userErrors { field code message } } }', {})
  } finally {
    forget()
  }
}

function keep({ accessToken, accessTokenExpiresAt, refreshToken }: Tokens) {
  localStorage.setItem(KEY, JSON.stringify({ accessToken, accessTokenExpiresAt, refreshToken }))
}

function forget() {
  localStorage.removeItem(KEY)
  onSignedOut()
}

/** A token that counts, for a socket. */
export async function accessToken(): Promise<string> {
  await refreshIfOld()
  return tokens()?.accessToken ?? ''
}

async function refreshIfOld() {
  const t = tokens()
  if (t && Date.parse(t.accessTokenExpiresAt) - Date.now() < 60_000) await refresh()
}

// A refresh token works once: however many requests find the access token old, one of them refreshes.
function refresh(): Promise<void> {
  refreshing ??= exchange().finally(() => { refreshing = undefined })
  return refreshing
}

async function exchange() {
  const input = { refreshToken: tokens()!.refreshToken, clientMutationId: crypto.randomUUID() }
  const field = 'accessToken accessTokenExpiresAt refreshToken userErrors { field code message }'
  const answer = await send<{ refreshSession: Tokens & { userErrors: UserError[] } }>(
    `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { ${field} } }`, { input })
  const payload = answer.data?.refreshSession
  if (payload?.accessToken) return keep(payload)
  forget()
  throw new Refused(payload?.userErrors[0]?.message ?? 'Sign in again.')
}
