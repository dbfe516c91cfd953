// Uses the playground as a person would, in a real browser: node browser.mjs URL SCREENSHOT.png
// Ends with 0 if all of it worked; else says what did not, and leaves a picture of it.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const [address, screenshot] = process.argv.slice(2);
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const PATIENCE_MS = 30_000;
// The examples that work on the demo data as they stand; the others need a file to send or make an account.
const EXAMPLES = ['Discover', 'StyleDetail', 'Profile', 'TagPage', 'Me', 'Notifications', 'Followers', 'Like', 'Comment', 'Follow', 'StartUpload', 'Search', 'Calendar',
  'Collect', 'Collections', 'AskItemInfo', 'AskQuestion', 'Questions', 'Mute'];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium', args: FLAGS });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE_MS);
const complaints = watch(page);

try {
  await page.goto(address);
  await signIn();
  await homeFeed();
  await preview();
  await page.screenshot({ path: screenshot });
  for (const name of EXAMPLES) check(name, await run(name));
  await dialogs();
  await documentation();
  await reloadAndSignOut();
  assert.deepEqual(await complaints(), []);
} catch (error) {
  await page.screenshot({ path: screenshot });
  console.error(error.message, '\nThe page complained:', await complaints());
  process.exitCode = 1;
} finally {
  await browser.close();
}

// Collects what must not happen: errors in the console (violations of the Content-Security-Policy are among them),
// exceptions, and requests to anywhere but the server, pictures excepted.
function watch(page) {
  const errors = [];
  const strangers = [];
  page.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });
  page.on('pageerror', error => errors.push(String(error)));
  page.on('request', request => {
    const { origin, protocol } = new URL(request.url());
    if (protocol === 'data:' || origin === new URL(address).origin) return;
    strangers.push({ origin, isPicture: request.resourceType() === 'image', url: request.url() });
  });
  return async () => {
    const pictureOrigin = await settings('pictureOrigin');
    const unwanted = strangers.filter(({ origin, isPicture }) => !isPicture || origin !== pictureOrigin);
    return [...errors, ...unwanted.map(({ url }) => `request to ${url}`)];
  };
}

function settings(name) {
  return page.evaluate(name => JSON.parse(document.querySelector('meta[name=playground]').content)[name], name);
}

async function signIn() {
  await page.locator('.bar').getByRole('button', { name: /^Sign in as/ }).click();
  await page.locator('.account:not([data-signed-in=""])').waitFor();
}

// Opens the example's tab, runs it, and gives the server's answer.
async function run(name) {
  await page.locator('.graphiql-tab-button').getByText(name, { exact: true }).click();
  const answered = page.waitForResponse(response => asks(response.request(), name) && settled(response));
  await page.locator('.graphiql-execute-button').click();
  return (await answered).json();
}

function asks(request, name) {
  return request.method() === 'POST' && new RegExp(`^(query|mutation) ${name}\\b`, 'm').test(request.postDataJSON()?.query);
}

// The page renews a token that the server refuses and asks again: that first refusal is not the answer.
async function settled(response) {
  const answer = await response.json();
  return answer.errors?.[0]?.extensions?.code !== 'UNAUTHENTICATED';
}

function check(name, answer) {
  assert.equal(answer.errors, undefined, `${name}: ${JSON.stringify(answer.errors)}`);
  for (const [field, value] of Object.entries(answer.data)) {
    assert.ok(value, `${name}: ${field} is null`);
    assert.deepEqual(value.userErrors ?? [], [], name);
  }
}

async function homeFeed() {
  const pictureOrigin = await settings('pictureOrigin');
  check('HomeFeed', await run('HomeFeed'));
  const first = page.locator('.pictures a:not(.avatar)').first();
  await first.waitFor();
  const address = await first.getAttribute('href');
  assert.ok(address.startsWith(pictureOrigin + '/'), `${address} is not under ${pictureOrigin}`);
  const shown = await page.locator('.result-window').evaluate(window => window.querySelector('.CodeMirror').CodeMirror.getValue());
  assert.ok(shown.includes(address), 'the answer does not show the picture address');
  await page.waitForFunction(() => {
    const images = [...document.querySelectorAll('.pictures img')].slice(0, 4);
    return images.length > 0 && images.every(image => image.naturalWidth > 0);
  });
}

// A picture appears over its address under the pointer.
async function preview() {
  await page.locator('.result-window .cm-string', { hasText: '.jpg' }).first().hover();
  await page.locator('img.preview').waitFor();
  await page.mouse.move(0, 0);
  await page.locator('img.preview').waitFor({ state: 'detached' });
}

async function dialogs() {
  await page.getByRole('button', { name: 'Open settings dialog' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function documentation() {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Query', exact: true }).click();
  await page.locator('.graphiql-doc-explorer').getByText('discover', { exact: true }).waitFor();
  await page.screenshot({ path: screenshot.replace(/(\.png)?$/, '-docs.png') });
}

async function reloadAndSignOut() {
  await page.reload();
  await page.locator('.account:not([data-signed-in=""])').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('.bar').getByRole('button', { name: /^Sign in as/ }).waitFor();
}
