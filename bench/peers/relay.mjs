// Global ids and cursors, as internal/relay writes them.

// Types and digits give neither + nor / in base64, so that base64 without its padding is base64url.
const encode = text => {
  const out = btoa(text), end = out.indexOf('=')
  return end < 0 ? out : out.slice(0, end)
}
const decode = text => atob(text.replaceAll('-', '+').replaceAll('_', '/'))

export const globalId = (type, key) => encode(type + ':' + key)
export const cursorOf = key => encode('c1:' + key)

// keyOf gives the key of an id of that type; null for anything else.
export const keyOf = (type, id) => read(id, type + ':')

// The key of which everything in a list is below.
const END = '9223372036854775807'

export const afterKey = cursor => (cursor == null ? END : read(cursor, 'c1:') ?? bad())

function bad() { throw new Error('after is no cursor of this list') }

function read(text, prefix) {
  try {
    const plain = decode(text), key = plain.slice(prefix.length)
    return plain.startsWith(prefix) && /^\d{1,19}$/.test(key) ? key : null
  } catch {
    return null
  }
}
