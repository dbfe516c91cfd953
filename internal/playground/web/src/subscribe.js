import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-sse';
import { config } from './config.js';

// Tells whether the operation that is to run is a subscription; of a document that cannot be read the server says what is wrong.
export function subscribes({ query, operationName }) {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false;
  }
}

// The answers of a subscription, as they come, over server-sent events: they need no more than the page's policy allows.
export function subscribe(body, headers) {
  return createClient({ url: config.endpoint, headers, credentials: 'omit', retryAttempts: 0 }).iterate(body);
}
