// Ids are opaque and made by the database, so the examples cannot hold any. Their variables say {{styleId}} and the like,
// and just before a request leaves, the page puts in what it found on this server.
import { config } from './config.js';
import { post } from './graphql.js';

const LOOK_UP = `query ExampleIds { discover(first: 20) { nodes { id author { id username } } } }`;

let lookedUp = null;
const remembered = {};

// Replaces the placeholders in the variables; one that nothing is known for stays, and the server's answer shows it.
export async function fill(variables) {
  const text = JSON.stringify(variables);
  if (!text?.includes('{{')) return variables;
  const known = { ...config.demo, ...await lookUp(), ...remembered };
  return JSON.parse(text.replace(/\{\{(\w+)\}\}/g, (whole, name) => known[name] ? escape(known[name]) : whole));
}

// Keeps the id of a photo whose upload was just started, for FinishUpload and Publish.
export function remember(answer) {
  const photoId = answer?.data?.createUpload?.photo?.id;
  if (photoId) remembered.photoId = photoId;
}

// A person to look at, and another one's style to like: the demo person is not told of what they do to themselves.
async function lookUp() {
  if (lookedUp) return lookedUp;
  const styles = (await post({ query: LOOK_UP })).data?.discover?.nodes ?? [];
  const style = styles.find(each => each.author.username !== config.demo?.login) ?? styles[0];
  if (!style) return {};
  lookedUp = {
    styleId: style.id,
    userId: style.author.id,
    username: config.demo?.login ?? style.author.username,
  };
  return lookedUp;
}

function escape(text) {
  return JSON.stringify(text).slice(1, -1);
}
