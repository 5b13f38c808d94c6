import { defineConfig } from 'vite'

// https://vite.dev/config/
export default defineConfig({
  base: '/pomodoro/',
  esbuild: { jsx: 'automatic' },
})
