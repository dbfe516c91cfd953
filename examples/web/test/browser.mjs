// Uses the page as a person would, in a real browser: node browser.mjs PAGE LOGIN PASSWORD PICTURE API TOKEN SCREENSHOT.png
// TOKEN is another person's, who likes what is published: that is what the bell tells.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

const [address, login, password, picture, api, token, screenshot] = process.argv.slice(2)
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const CAPTION = '브라우저에서 올린 #데일리룩'

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium', args: FLAGS })
const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, locale: 'ko-KR' })
page.setDefaultTimeout(60_000)
const errors = []
page.on('console', message => { if (message.type() === 'error') errors.push(message.text()) })
page.on('pageerror', error => errors.push(String(error)))

try {
  await page.goto(address)
  await wrongPassword()
  await signIn()
  await picturesShow()
  await like()
  await publish()
  await bell()
  await page.screenshot({ path: screenshot })
  await comesBack()
  await signOut()
  assert.deepEqual(errors, [])
} catch (error) {
  await page.screenshot({ path: screenshot })
  console.error(error.message, '\nThe page complained:', errors, await page.locator('#problem').textContent())
  process.exitCode = 1
} finally {
  await browser.close()
}

async function fill(password) {
  await page.getByLabel('아이디').fill(login)
  await page.getByLabel('비밀번호').fill(password)
  await page.getByRole('button', { name: '로그인' }).click()
}

// What the person can put right is said in their language.
async function wrongPassword() {
  await fill('not the password')
  await page.locator('#problem').getByText(/[가-힣]/).waitFor()
}

async function signIn() {
  await fill(password)
  await cards().first().waitFor()
  assert.equal(await cards().count(), 2)
}

function cards() { return page.locator('#feed > li') }

async function picturesShow() {
  await page.waitForFunction(() => [...document.querySelectorAll('#feed img')].length >= 2 &&
    [...document.querySelectorAll('#feed img')].every(img => img.complete && img.naturalWidth > 0))
}

async function like() {
  const button = cards().first().getByRole('button')
  await button.click()
  await page.locator('#feed > li:first-child button[aria-pressed=true]:not([disabled])').waitFor()
  assert.equal(await button.textContent(), '♥ 1')
  await page.reload()
  await page.locator('#feed > li:first-child button[aria-pressed=true]').waitFor() // the server knows it
}

async function publish() {
  await page.getByLabel('사진').setInputFiles(picture)
  await page.getByLabel('글').fill(CAPTION)
  await page.getByRole('button', { name: '올리기' }).click()
  await cards().first().getByText(CAPTION).waitFor()
  await picturesShow()
}

// Somebody else likes what was published; the page hears of it.
async function bell() {
  const id = await cards().first().getAttribute('data-id')
  const query = 'mutation Like($input: LikeStyleInput!) { likeStyle(input: $input) { userErrors { message } } }'
  const response = await fetch(`${api}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables: { input: { styleId: id } } }),
  })
  const answer = await response.json()
  assert.deepEqual(answer.data?.likeStyle?.userErrors, [], JSON.stringify(answer))
  await page.locator('#bell-list li').first().waitFor()
  await page.waitForFunction(() => document.getElementById('unread').textContent === '1')
}

// A page that is opened again is still signed in.
async function comesBack() {
  await page.reload()
  await cards().first().waitFor()
  assert.equal(await page.locator('#unread').textContent(), '1')
}

async function signOut() {
  await page.getByRole('button', { name: '로그아웃' }).click()
  await page.getByRole('button', { name: '로그인' }).waitFor()
  assert.equal(await page.evaluate(() => localStorage.length), 0)
}
