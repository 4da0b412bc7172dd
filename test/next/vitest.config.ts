import { defineConfig } from "vitest/config"

// `npm run test:next`, apart from `npm test`: Next weighs 340 MB with what it brings, as much again as half of all else here.
export default defineConfig({
  test: { include: ["test/next/*.check.ts"], testTimeout: 240_000, hookTimeout: 600_000 },
})
