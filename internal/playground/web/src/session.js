// Who is signed in. The tokens are kept in sessionStorage: a reload keeps them, closing the tab forgets them, and no other
// tab has them. That matters because a refresh token works once: two tabs sharing one would end each other's session.
import { post } from './graphql.js';

const KEY = 'playground:session';
const RENEW_BEFORE_MS = 30_000;
const TOKENS = 'accessToken accessTokenExpiresAt refreshToken';
const PERSON = 'viewer { user { username displayName avatar { url(size: THUMB) } } }';

let state = { tokens: load(), person: null, busy: false, notice: '' };
const listeners = new Set();

export const session = {
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: () => state,
  signIn,
  signOut,
  adopt,
  renew,
  headers,
};

function set(change) {
  state = { ...state, ...change };
  if (state.tokens) sessionStorage.setItem(KEY, JSON.stringify(state.tokens));
  else sessionStorage.removeItem(KEY);
  listeners.forEach(listener => listener());
}

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

async function signIn({ login, password }) {
  set({ busy: true, notice: '' });
  try {
    const query = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${TOKENS} ${PERSON} userErrors { message } } }`;
    const answer = await post({ query, variables: { input: { login, password } } });
    if (!adopt(answer)) set({ notice: complaint(answer, 'signIn') });
  } catch (error) {
    set({ notice: error.message });
  } finally {
    set({ busy: false });
  }
}

async function signOut() {
  const leaving = await headers();
  set({ tokens: null, person: null, notice: '' });
  const query = 'mutation SignOut { signOut(input: {}) { userErrors { message } } }';
  await post({ query }, leaving).catch(error => set({ notice: error.message }));
}

// Takes over the session that an answer carries, whichever field gave it: running the SignUp, SignIn or Refresh
// example by hand has the effect that it has in an app. Says whether there was one.
function adopt(answer) {
  const payloads = Object.values(answer?.data ?? {});
  const tokens = payloads.find(payload => payload?.accessToken && payload.refreshToken);
  if (!tokens) return false;
  const { accessToken, accessTokenExpiresAt, refreshToken } = tokens;
  set({ tokens: { accessToken, accessTokenExpiresAt, refreshToken }, notice: '' });
  whoAmI();
  return true;
}

async function whoAmI() {
  try {
    const ask = async () => post({ query: `query WhoAmI { ${PERSON} }` }, await headers());
    let answer = await ask();
    // A page that is loaded again may hold a token that the server no longer takes.
    if (answer.errors?.[0]?.extensions?.code === 'UNAUTHENTICATED' && await renew()) answer = await ask();
    set({ person: answer.data?.viewer?.user ?? null });
    if (answer.data && !answer.data.viewer) set({ tokens: null });
  } catch (error) {
    set({ notice: error.message });
  }
}

// The Authorization header for the next request, renewed first when its time is nearly over; empty for nobody.
async function headers() {
  const expiry = Date.parse(state.tokens?.accessTokenExpiresAt);
  if (expiry - Date.now() < RENEW_BEFORE_MS) await renew();
  return state.tokens ? { Authorization: `Bearer ${state.tokens.accessToken}` } : {};
}

let renewing = null;

// Exchanges the refresh token, once however many ask at the same time. Says whether there is a session afterwards.
function renew() {
  if (!state.tokens) return Promise.resolve(false);
  renewing ??= exchange(state.tokens.refreshToken).finally(() => { renewing = null; });
  return renewing;
}

async function exchange(refreshToken) {
  const query = `mutation RefreshSession($input: RefreshSessionInput!) {
    refreshSession(input: $input) { ${TOKENS} userErrors { message } } }`;
  const answer = await post({ query, variables: { input: { refreshToken } } });
  const tokens = answer.data?.refreshSession;
  if (tokens?.accessToken) {
    const { accessToken, accessTokenExpiresAt, refreshToken: next } = tokens;
    set({ tokens: { accessToken, accessTokenExpiresAt, refreshToken: next } });
    return true;
  }
  set({ tokens: null, person: null, notice: 'The session has ended: sign in again.' });
  return false;
}

function complaint(answer, field) {
  return answer.data?.[field]?.userErrors?.[0]?.message ?? answer.errors?.[0]?.message ?? 'The server gave no session.';
}

if (state.tokens) whoAmI();
