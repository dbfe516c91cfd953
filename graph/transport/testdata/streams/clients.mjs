// Runs operations through the clients of the two protocols' authors, and prints what each gave as JSON.
import { createClient as overWebSocket } from 'graphql-ws';
import { createClient as overEvents } from 'graphql-sse';
import WebSocket from 'ws';

const url = process.argv[2];
const clients = {
  'graphql-ws': overWebSocket({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0, lazyCloseTimeout: 1000 }),
  'graphql-sse': overEvents({ url, retryAttempts: 0 }),
};
const operations = ['subscription { tick }', '{ hello }', 'mutation { bump }', '{ nothing }', 'subscription { break }', 'subscription { crash }', '{ fail hello }'];

const run = (client, query) =>
  new Promise((resolve) => {
    const got = [];
    client.subscribe(
      { query },
      {
        next: (value) => got.push(value),
        error: (error) => resolve([...got, { error: Array.isArray(error) ? error.map((e) => e.extensions?.code) : String(error) }]),
        complete: () => resolve(got),
      },
    );
  });

// cancelled begins a subscription that never ends by itself, and ends it after its first value.
const cancelled = (client) =>
  new Promise((resolve, reject) => {
    let got;
    const stop = client.subscribe({ query: 'subscription { hang }' }, {
      next: (value) => { got = value; stop(); },
      error: reject,
      complete: () => resolve([got]),
    });
  });

const results = {};
for (const [name, client] of Object.entries(clients)) {
  results[name] = Object.fromEntries(await Promise.all(operations.map(async (query) => [query, await run(client, query)])));
  results[name].cancelled = await cancelled(client);
  await client.dispose();
}
console.log(JSON.stringify(results));
