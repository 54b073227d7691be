/** For tests with processes of their own, which a busy machine may keep waiting: `vi.setConfig(PATIENCE)`. */
export const PATIENCE = { testTimeout: 60_000, hookTimeout: 60_000 }
