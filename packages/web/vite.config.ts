import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const server = 'http://127.0.0.1:8710'

/** `npm run build` writes dist/, which the server serves; in development the API comes from a server on its usual port. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { target: 'es2022', sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 700, emptyOutDir: true },
  server: { proxy: { '/api': server, '/login': { target: server, bypass: passPages } } },
})

/** The one-time sign-in link carries a token and belongs to the server; the page that explains it is the app's. */
function passPages(request: { url?: string | undefined }): string | undefined {
  return request.url?.includes('token=') === true ? undefined : '/index.html'
}
