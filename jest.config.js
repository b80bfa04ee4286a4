// Tests run on the TypeScript sources; @swc/jest strips the types, `npm run check` checks them.
export default {
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  // A test takes seconds; on a slow or busy machine it may take minutes and is still right.
  testTimeout: 600_000,
  maxWorkers: 2,
  // What devices leave behind in a process (half a gigabyte in some twenty files) slows it down, and its end: above so much
  // JavaScript heap, which grows with it, a new worker takes the next file.
  workerIdleMemoryLimit: '150MB',
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
};
