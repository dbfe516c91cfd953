import { config } from './config.js';

// Sends one operation as GraphQL over HTTP says, and gives the answer, whatever the status, if it is one.
export async function post(body, headers = {}) {
  const response = await fetch(config.endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      ...headers,
    },
    body: JSON.stringify(body),
    credentials: 'omit',
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`HTTP ${response.status}: ${text.slice(0, 300) || 'an empty answer'}`);
  }
}
