// PostgreSQL through node-postgres: prepared statements, pipelined, so that what a level of a document asks for is one
// write to the server and one wait.
import pg from 'pg'

// Rows come as the objects take them: keys stay text (they pass 2^53), arrays of keys are read where somebody needs them,
// moments become what the API writes.
const INT8 = 20, INT8S = 1016, TIMESTAMPTZ = 1184
pg.types.setTypeParser(INT8, text => text)
pg.types.setTypeParser(INT8S, text => text)
pg.types.setTypeParser(TIMESTAMPTZ, text => text.slice(0, 10) + 'T' + text.slice(11, 19) + '.' + milliseconds(text) + 'Z')

// From '2026-11-25 22:02:29.12+00', whose fraction ends with the last digit that is not 0.
const milliseconds = text => (text[19] === '.' ? text.slice(20, text.length - 3).padEnd(3, '0').slice(0, 3) : '000')

const settings = {
  connectionString: process.env.DATABASE_URL,
  // One plan for each statement, made once: planning the feed again for each reader takes longer than running it.
  options: '-c timezone=UTC -c plan_cache_mode=force_generic_plan',
}

const CONNECTIONS = 2 // of a process; more make no difference
const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client({ ...settings, pipeline: true }))
await Promise.all(clients.map(client => client.connect()))

let next = 0
let current = null

// pipe gives the connection that takes everything of this tick.
function pipe() {
  if (!current) {
    current = clients[next++ % clients.length]
    const { stream } = current.connection
    stream.cork()
    process.nextTick(() => {
      current = null
      stream.uncork()
    })
  }
  return current
}

// statement gives a function that runs a prepared statement and gives its rows as arrays.
export function statement(name, text) {
  return async (...values) => (await pipe().query({ name, text, values, rowMode: 'array' })).rows
}

const pool = new pg.Pool({ ...settings, max: 4 }) // for transactions

// inTransaction runs work with one connection, which it takes like a parameter of its statements.
export async function inTransaction(work) {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await work((name, text, ...values) => client.query({ name, text, values, rowMode: 'array' }).then(r => r.rows))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

export const arrayOf = keys => '{' + keys.join(',') + '}'
export const keysIn = array => (array === '{}' ? [] : array.slice(1, -1).split(','))
