import { hash, tabs } from 'examples:';

const SEEN = 'playground:examples';
const OPEN_TABS = ['tabState', 'query', 'variables', 'headers'].map(name => `graphiql:${name}`);

// GraphiQL keeps the open tabs, with what was typed into them, in localStorage. Tabs kept by a server with other examples
// would hide the new ones, so then it starts afresh.
export function freshTabs() {
  if (localStorage.getItem(SEEN) !== hash) forgetTabs();
  localStorage.setItem(SEEN, hash);
  return tabs;
}

export function restoreExamples() {
  forgetTabs();
  location.reload();
}

function forgetTabs() {
  OPEN_TABS.forEach(key => localStorage.removeItem(key));
}
