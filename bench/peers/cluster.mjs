// node cluster.mjs NAME.mjs: one process for each core, which share a port.
import cluster from 'node:cluster'
import { availableParallelism } from 'node:os'

if (cluster.isPrimary) {
  // A page of the feed is half a megabyte of garbage: room for the young saves a tenth of the time.
  cluster.setupPrimary({ execArgv: ['--max-semi-space-size=32'] })
  for (let i = 0; i < availableParallelism(); i++) cluster.fork()
  cluster.on('exit', (_, code) => process.exit(code || 1)) // a contender with half of its processes is none
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
} else {
  process.on('disconnect', () => process.exit(0))
  await import('./' + process.argv[2])
}
