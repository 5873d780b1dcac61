import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
}
const pagePolicy =
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
const pages = /^\/(?:$|login(?:$|[/?])|w(?:$|\/)|\?)/

/** Serves the built web app: its files by a table made at start (a request never becomes a path), its one page for every page address. */
export async function serveWebApp(
  app: FastifyInstance,
  folder: string,
): Promise<(path: string, reply: FastifyReply) => FastifyReply | undefined> {
  const files = new Map<string, string>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(`/${relative(folder, path).split(sep).join('/')}`, path)
  }
  for (const [url, path] of files) {
    if (url === '/index.html') continue
    const compressed = files.get(`${url}.br`)
    app.get(url, async (request, reply) => {
      const immutable = url.startsWith('/assets/')
      reply
        .header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
        .type(types[extname(url)] ?? 'application/octet-stream')
      if (compressed !== undefined && String(request.headers['accept-encoding']).includes('br'))
        return reply
          .header('content-encoding', 'br')
          .header('vary', 'accept-encoding')
          .send(createReadStream(compressed))
      return reply.header('content-length', (await stat(path)).size).send(createReadStream(path))
    })
  }
  const index = files.get('/index.html')
  return (path, reply) => {
    if (!pages.test(path)) return undefined
    reply
      .code(200)
      .header('cache-control', 'no-cache')
      .header('content-security-policy', pagePolicy)
      .type('text/html; charset=utf-8')
    return reply.send(index === undefined ? notBuilt : createReadStream(index))
  }
}

const notBuilt =
  '<!doctype html><title>Modelyard</title><p>The web app is not built. Run <code>npm run setup</code>, then start the server again. The API, the command line and the clients work without it.</p>'
