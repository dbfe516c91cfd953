import { post } from './graphql.js';
import { fill, remember } from './placeholders.js';
import { session } from './session.js';
import { subscribe, subscribes } from './subscribe.js';

// Runs what the editor holds as whoever is signed in. An Authorization header typed into the Headers pane wins.
export async function fetcher({ query, variables, operationName }, { headers: typed } = {}) {
  const body = { query, operationName: chosen(query, operationName), variables: await fill(variables) };
  const ownSession = Object.keys(typed ?? {}).every(name => name.toLowerCase() !== 'authorization');
  const headers = async () => ({ ...(ownSession ? await session.headers() : {}), ...typed });
  if (subscribes(body)) return subscribe(body, await headers());
  const send = async () => post(body, await headers());

  let answer = await send();
  if (ownSession && isRefused(answer) && await session.renew()) answer = await send();
  session.adopt(answer);
  remember(answer);
  return answer;
}

// The server looked at the token and did nothing else, so sending again repeats no effect.
function isRefused(answer) {
  return !answer.data && answer.errors?.[0]?.extensions?.code === 'UNAUTHENTICATED';
}

// GraphiQL learns a moment late which operation a tab that was just opened holds, and until then names the last tab's.
function chosen(query, operationName) {
  return new RegExp(`\\b${operationName}\\b`).test(query) ? operationName : undefined;
}
