// A small server that speaks the served schema, so that the page can be tested without a database. It answers on two
// ports, GraphQL on one and pictures on the other, prints both addresses as a line of JSON, and ends with its stdin.
import { buildSchema, graphql } from 'graphql';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';

const folder = process.argv[2];
const sources = readdirSync(folder).filter(name => name.endsWith('.graphqls')).map(name => readFileSync(`${folder}/${name}`, 'utf8'));
const schema = buildSchema(sources.join('\n'));

const COLOURS = ['#d9a5b3', '#8fa998', '#b8a07e', '#7d8ca3', '#c9b6d4', '#a85751'];
const CAPTIONS = ['비 오는 날의 트렌치코트 #데일리룩', 'Linen all summer long #ootd', '오늘은 청청 패션 #데일리룩 #ootd', 'Thrifted, all of it'];

let pictures;
const connection = make => ({ first }) => {
  const nodes = Array.from({ length: Math.min(first ?? 10, 8) }, (_, i) => make(i));
  return { nodes, edges: nodes.map((node, i) => ({ cursor: `c${i}`, node })), pageInfo: page };
};
const page = { hasNextPage: false, hasPreviousPage: false };
const now = () => new Date().toISOString();

const photo = i => ({
  __typename: 'Photo', id: `photo:${i}`, state: 'READY', width: 1200, height: 1600, blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
  dominantColor: COLOURS[i % COLOURS.length],
  url: ({ size }) => `${pictures}/photos/${i}/${size.toLowerCase()}.jpg`,
});
const counts = { styleCount: 12, followerCount: 340, followingCount: 57 };
const user = (i, username = `person${i}`, displayName = `사람 ${i}`) => ({
  __typename: 'User', id: `user:${i}`, username, displayName, bio: '옷 좋아해요', avatar: photo(i), isPrivate: false, createdAt: now(), ...counts,
  viewerFollows: true, viewerHasRequestedFollow: false, followsViewer: false, viewerMutes: false, viewerBlocks: false,
  calendar: () => [{ date: '2026-11-25', styleCount: 1, cover: style(i) }], styles: connection(i => style(i)), followers: connection(i => user(i)),
});
const minji = user(100, 'minji', '김민지');
const comment = i => ({ __typename: 'Comment', id: `comment:${i}`, body: '너무 예뻐요 😍', author: user(i), mentions: [], createdAt: now(), isItemInfoRequest: false });
const style = i => ({
  __typename: 'Style', id: `style:${i}`, state: 'PUBLISHED', author: user(i), caption: CAPTIONS[i % CAPTIONS.length], photos: [photo(2 * i), photo(2 * i + 1)],
  items: [], tags: [{ id: 'tag:1', name: 'ootd' }], mentions: [], createdAt: now(), likeCount: 10 + i, commentCount: 8, viewerHasLiked: i % 2 === 0,
  collectCount: 1, viewerHasCollected: true, itemInfoRequestCount: 1, viewerHasRequestedItemInfo: true,
  comments: connection(comment),
});
const question = i => ({ __typename: 'Question', id: `question:${i}`, author: user(i), body: '어떤 신발이 어울릴까요?', photos: [], style: style(i), createdAt: now(),
  answerCount: 0, answers: connection(() => ({})).bind(null, { first: 0 }) });
const collection = i => ({ __typename: 'Collection', id: `collection:${i}`, owner: minji, name: '위시리스트', isPrivate: false, styleCount: 8, cover: photo(i), styles: connection(style) });
const notification = i => ({ id: `n:${i}`, kind: 'STYLE_LIKED', actors: [user(i)], actorCount: 3, subject: style(i), message: '사람 1님 외 2명이 좋아합니다.', updatedAt: now() });
const viewer = {
  user: minji, email: 'minji@example.com', emailVerified: true, locale: 'ko', timeZone: 'Asia/Seoul', unreadNotificationCount: 3, feed: connection(style),
  notifications: connection(notification), collections: connection(collection), sessions: [{ id: 'session:1', userAgent: 'test', createdAt: now(), lastSeenAt: now(), isCurrent: true }],
};

// A session as strict as the real one: an access token is refused after three uses, a refresh token after one.
const access = new Map();
const refresh = new Set();
let issued = 0;
function newSession() {
  const accessToken = `access-${++issued}`;
  const refreshToken = `refresh-${issued}`;
  access.set(accessToken, 3);
  refresh.add(refreshToken);
  return { accessToken, refreshToken, accessTokenExpiresAt: new Date(Date.now() + 900_000).toISOString(), viewer, userErrors: [] };
}
const wrong = { userErrors: [{ code: 'WRONG_CREDENTIALS', message: 'The name or the password is wrong.' }] };
const upload = { method: 'PUT', url: 'http://store.invalid/photo', headers: [{ name: 'Content-Type', value: 'image/jpeg' }], expiresAt: now() };

const root = {
  viewer: (_, { person }) => person,
  user: ({ username }) => (username === 'minji' ? minji : null),
  style: ({ id }) => (id.startsWith('style:') ? style(Number(id.slice(6))) : null),
  tag: ({ name }) => ({ id: 'tag:1', name, styleCount: 8, styles: connection(style) }),
  discover: connection(i => style(i)),
  signIn: ({ input }) => (input.login === 'minji' && input.password === 'demo password' ? newSession() : wrong),
  refreshSession: ({ input }) => (refresh.delete(input.refreshToken) ? newSession() : wrong),
  signOut: () => ({ userErrors: [] }),
  likeStyle: ({ input }) => ({ style: root.style({ id: input.styleId }), userErrors: [] }),
  addComment: ({ input }) => ({ comment: { ...comment(1), body: input.body }, style: root.style({ id: input.styleId }), userErrors: [] }),
  follow: ({ input }) => ({ user: user(Number(input.userId.slice(5))), userErrors: [] }),
  search: () => ({ styles: connection(style), users: connection(i => user(i)), tags: [{ id: 'tag:1', name: 'ootd', styleCount: 8 }], brands: [] }),
  questions: connection(question),
  collectStyle: ({ input }) => ({ style: root.style({ id: input.styleId }), collection: collection(1), userErrors: [] }),
  requestItemInfo: ({ input }) => ({ style: root.style({ id: input.styleId }), userErrors: [] }),
  askQuestion: ({ input }) => ({ question: { ...question(1), body: input.body }, userErrors: [] }),
  mute: ({ input }) => ({ user: { ...user(Number(input.userId.slice(5))), viewerMutes: true }, userErrors: [] }),
  createUpload: () => ({ photo: { id: 'photo:1', state: 'AWAITING_UPLOAD' }, upload, userErrors: [] }),
};

async function answer(request) {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { query, variables, operationName } = JSON.parse(body);
  const token = request.headers.authorization?.replace('Bearer ', '');
  if (token) {
    const left = access.get(token) ?? 0;
    if (left === 0) return { errors: [{ message: 'The token is not valid.', extensions: { code: 'UNAUTHENTICATED' } }] };
    access.set(token, left - 1);
  }
  const contextValue = { person: token ? viewer : null };
  return graphql({ schema, source: query, rootValue: root, contextValue, variableValues: variables, operationName });
}

function picture(request) {
  const colour = COLOURS[Number(request.url.split('/')[2]) % COLOURS.length];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 40" width="300" height="400"><rect width="30" height="40" fill="${colour}"/>
    <path d="M9 6 12 4h6l3 2 5 7-3 3-2-2v22H9V14l-2 2-3-3z" fill="#fff" fill-opacity=".75"/></svg>`;
}

async function listen(handler) {
  const server = createServer(handler);
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

pictures = await listen((request, response) => response.setHeader('Content-Type', 'image/svg+xml').end(picture(request)));
const api = await listen(async (request, response) => response.setHeader('Content-Type', 'application/json').end(JSON.stringify(await answer(request))));
console.log(JSON.stringify({ api, pictures }));
process.stdin.on('end', () => process.exit()).resume();
