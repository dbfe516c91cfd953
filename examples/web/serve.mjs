// Bundles the page and serves it: npm start. API names the server, PORT where the page is. --build only writes dist/.
import { cp, mkdir } from 'node:fs/promises'
import { context } from 'esbuild'

const api = process.env.API ?? 'http://127.0.0.1:8080'
await mkdir('dist', { recursive: true })
await cp('index.html', 'dist/index.html')
const bundle = await context({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.js',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  define: { API: JSON.stringify(api) },
})
if (process.argv.includes('--build')) {
  await bundle.rebuild()
  await bundle.dispose()
} else {
  const { port } = await bundle.serve({ servedir: 'dist', host: '127.0.0.1', port: Number(process.env.PORT ?? 5173) })
  console.log(`http://127.0.0.1:${port}/ asks ${api}, which has to allow it: CORS_ORIGINS=http://127.0.0.1:${port}`)
}
