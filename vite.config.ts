import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { checkFirstLoad, firstLoadLimit } from './scripts/lib/firstLoad';
import { preloadFirstPicture } from './scripts/lib/firstPicture';

// The page is isolated from other origins wherever this project serves it (see also scripts/lib/server.mjs).
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

// Relative base: the built page works from any folder of any static server. The worker is an ES module so that it can share chunks with the page.
export default defineConfig({
  base: './',
  plugins: [react(), preloadFirstPicture(import.meta.dirname, 'tiny-world'), checkFirstLoad(firstLoadLimit)],
  worker: { format: 'es', plugins: () => [checkFirstLoad()] },
  build: { target: 'es2022', sourcemap: true },
  server: { headers },
  preview: { headers },
  ssr: { external: ['webgpu'] }, // native; the headless command loads the sources through Vite
});
